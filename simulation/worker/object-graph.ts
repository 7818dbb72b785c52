import 'reflect-metadata';

// oxlint-disable-next-line typescript/no-explicit-any -- a class of any shape
type Class<T = object> = abstract new (...parameters: any[]) => T;

/**
 * Builds the engine's own classes by their constructors: what is given stands for itself, an abstract class for the
 * class named for it. A crash throws the whole graph away; the next life builds its own in a few milliseconds.
 */
export class ObjectGraph {
  private readonly built = new Map<unknown, unknown>();

  constructor(
    given: readonly (readonly [Class, unknown])[],
    private readonly implementations: ReadonlyMap<Class, Class>,
  ) {
    for (const [token, instance] of given) this.built.set(token, instance);
  }

  get<T>(token: Class<T>): T {
    const found = this.built.get(token);
    if (found !== undefined) return found as T;
    const type = (this.implementations.get(token as Class) ?? token) as new (...parameters: unknown[]) => T;
    if (type !== token && this.built.has(type)) return this.built.get(type) as T;
    const wanted = (Reflect.getMetadata('design:paramtypes', type) ?? []) as Class[];
    const instance = new type(...wanted.map((parameter) => this.get(parameter)));
    this.built.set(type, instance);
    this.built.set(token, instance);
    return instance;
  }
}
