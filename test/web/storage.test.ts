import { expect, test } from 'vitest';
import { withoutHeaders, type PageStorage } from '../../web/graphiql/storage.ts';

function memoryStorage(): PageStorage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

const request = {
  query: '{ health { status } }',
  headers: '{"Authorization":"Bearer secret"}',
  variables: '{}',
};

test.each(['queries', 'favorites'])('the history keeps a request without its headers: %s', (list) => {
  const storage = withoutHeaders(memoryStorage());
  storage.setItem(`graphiql:${list}`, JSON.stringify({ [list]: [request] }));
  const { headers: _dropped, ...kept } = request;
  expect(JSON.parse(storage.getItem(`graphiql:${list}`) ?? '')).toEqual({ [list]: [kept] });
});

test('tabs are kept without their headers', () => {
  const storage = withoutHeaders(memoryStorage());
  storage.setItem('graphiql:tabState', JSON.stringify({ tabs: [request], activeTabIndex: 0 }));
  expect(storage.getItem('graphiql:tabState')).not.toContain('secret');
  expect(storage.getItem('graphiql:tabState')).toContain('health');
});

test('the headers on their own are not kept', () => {
  const storage = withoutHeaders(memoryStorage());
  storage.setItem('graphiql:headers', request.headers);
  expect(storage.length).toBe(0);
});

test('everything else is kept as it is, a variable named headers too', () => {
  const storage = withoutHeaders(memoryStorage());
  storage.setItem('graphiql:variables', '{"headers": 1}');
  storage.setItem('graphiql:theme', 'dark');
  expect(storage.getItem('graphiql:variables')).toBe('{"headers": 1}');
  expect(storage.getItem('graphiql:theme')).toBe('dark');
});
