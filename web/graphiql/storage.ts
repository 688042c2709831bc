/** What GraphiQL needs of `localStorage`. */
export type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>;

/** Where GraphiQL keeps whole requests: the history, its favourites and the open tabs. */
const requestKeys = /:(queries|favorites|tabState)$/;

const dropHeaders = (name: string, value: unknown): unknown => (name === 'headers' ? undefined : value);

/**
 * A storage that never keeps a request's headers. GraphiQL's history stores them with every query, whatever
 * `shouldPersistHeaders` says, and with them the admin key.
 */
export function withoutHeaders(storage: PageStorage): PageStorage {
  return {
    get length() {
      return storage.length;
    },
    getItem: (key) => storage.getItem(key),
    setItem(key, value) {
      if (key.endsWith(':headers')) return;
      storage.setItem(key, requestKeys.test(key) ? JSON.stringify(JSON.parse(value), dropHeaders) : value);
    },
    removeItem: (key) => storage.removeItem(key),
    clear: () => storage.clear(),
  };
}
