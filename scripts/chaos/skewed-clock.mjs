// Loaded before a worker's own code (`node --import`): its machine shows the wrong time. Timers and the monotonic clock
// go on as they are, as on a machine whose clock is set wrong. After `stepAfterMs` the clock is set right, in one step.
const given = new URL(import.meta.url).searchParams;
const aheadMs = Number(given.get('aheadMs'));
const rightFrom = performance.now() + Number(given.get('stepAfterMs') ?? Infinity);
const RightDate = Date;

const wrongNow = () => RightDate.now() + (performance.now() < rightFrom ? aheadMs : 0);

globalThis.Date = new Proxy(RightDate, {
  apply: () => new RightDate(wrongNow()).toString(),
  construct: (target, values, asked) =>
    Reflect.construct(target, values.length === 0 ? [wrongNow()] : values, asked),
  get: (target, name) => (name === 'now' ? wrongNow : Reflect.get(target, name)),
});
