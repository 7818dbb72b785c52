/** Whose key a request came with. */
export interface Caller {
  id: string;
  name: string;
}

const CALLERS = new WeakMap<object, Caller>();

export function rememberCaller(request: object, caller: Caller): void {
  CALLERS.set(request, caller);
}

/** The caller of a request that passed the guard; undefined on an open route. */
export function callerOf(request: object): Caller | undefined {
  return CALLERS.get(request);
}
