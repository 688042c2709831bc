/** What a first visitor finds in the editor. Tested against the API's own schema. */
export const exampleQueries = `# Every number here was read from a recorded answer.
# The play button offers the three operations below.

query TopCoins {
  coins(first: 10, orderBy: { field: RANK }) {
    nodes {
      id
      symbol
      name
      rank
      priceUsd
      marketCapUsd
      percentChange24h
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}

# One coin: a quote per source, and the event it is from.
query OneCoin($id: ID = "bitcoin") {
  coin(id: $id) {
    id
    name
    priceUsd
    quotes {
      source
      price
      currency
      observedAt
      event {
        id
        stream
        version
        sha256
      }
    }
  }
}

query RunsAndHealth {
  runs(first: 5) {
    nodes {
      id
      source
      status
      recordsRead
      accepted
      duplicates
    }
  }
  health {
    status
    checks {
      name
      status
      detail
    }
  }
  readModel {
    version
    lagEvents
  }
}
`;
