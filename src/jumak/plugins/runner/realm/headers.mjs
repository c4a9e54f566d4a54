/** `Headers`: names without case, values in the order they came. */

const NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;
const NOT_IN_VALUE = /[\0\r\n]/;
const AROUND = /^[\t\r\n ]+|[\t\r\n ]+$/g;

export class Headers {
  /** @type {Map<string, string[]>} */
  #values = new Map();

  /** @param {Headers | Iterable<Iterable<string>> | Record<string, string> | undefined | null} [init] */
  constructor(init) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object') throw new TypeError('Headers: an object or pairs are needed');
    const pairs = Symbol.iterator in init ? /** @type {Iterable<Iterable<string>>} */ (init) : Object.entries(init);
    for (const pair of pairs) {
      const [name, value, ...rest] = pair;
      if (name === undefined || value === undefined || rest.length) {
        throw new TypeError('Headers: each entry is a name and a value');
      }
      this.append(name, value);
    }
  }

  /** @param {string} name @param {string} value */
  append(name, value) {
    const key = checked(name);
    this.#values.set(key, [...(this.#values.get(key) ?? []), normal(name, value)]);
  }

  /** @param {string} name @param {string} value */
  set(name, value) {
    this.#values.set(checked(name), [normal(name, value)]);
  }

  /** @param {string} name */
  get(name) {
    return this.#values.get(checked(name))?.join(', ') ?? null;
  }

  /** @param {string} name */
  has(name) {
    return this.#values.has(checked(name));
  }

  /** @param {string} name */
  delete(name) {
    this.#values.delete(checked(name));
  }

  getSetCookie() {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  /** @param {(value: string, name: string, headers: Headers) => void} callback @param {unknown} [self] */
  forEach(callback, self) {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  /** @returns {Generator<[string, string], void>} */
  *entries() {
    for (const name of [...this.#values.keys()].sort()) {
      const values = this.#values.get(name) ?? [];
      if (name === 'set-cookie') for (const value of values) yield [name, value];
      else yield [name, values.join(', ')];
    }
  }

  *keys() {
    for (const [name] of this) yield name;
  }

  *values() {
    for (const [, value] of this) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  get [Symbol.toStringTag]() {
    return 'Headers';
  }
}

/** @param {unknown} name */
function checked(name) {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`Headers: '${text}' is no name of a header`);
  return text.toLowerCase();
}

/** @param {unknown} name @param {unknown} value */
function normal(name, value) {
  const text = String(value).replace(AROUND, '');
  if (NOT_IN_VALUE.test(text)) throw new TypeError(`Headers: the value of '${name}' holds a line end`);
  return text;
}
