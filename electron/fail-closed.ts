// A stand-in for Electron objects in tests: whatever a test did not plan throws.
// Owns: that one function. Not part of the product (only *.test.ts import it).

/** An object of type T with the given members; touching any other member throws with its name. */
export function failClosed<T extends object>(name: string, planned: Partial<T>): T {
  return new Proxy(planned as T, {
    get(target, key) {
      if (Object.hasOwn(target, key) || key === "then") return Reflect.get(target, key);
      throw new Error(`unplanned: ${name}.${String(key)}`);
    },
    set(_target, key) {
      throw new Error(`unplanned: setting ${name}.${String(key)}`);
    },
  });
}
