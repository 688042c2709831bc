import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import './page.css';
import { exampleQueries } from './examples.ts';
import { createFetcher } from './fetcher.ts';
import { withoutHeaders } from './storage.ts';
import { setUpWorkers } from './workers.ts';

setUpWorkers();

const root = document.getElementById('graphiql');
if (root === null) throw new Error('The page has no #graphiql.');
createRoot(root).render(
  createElement(GraphiQL, {
    fetcher: createFetcher(new URL('/graphql', location.href)),
    storage: withoutHeaders(localStorage),
    defaultQuery: exampleQueries,
    // The admin key goes into the headers: it must not outlive the tab.
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
  }),
);
