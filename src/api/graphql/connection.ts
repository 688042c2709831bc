import { Int, ObjectType, type ClassType } from 'type-graphql';
import type { Page } from '../../read/graphql/page.ts';
import { Costs } from './field-rules.ts';
import { Optional, Required } from './fields.ts';

@ObjectType({ description: 'Where a page lies within its list.', simpleResolvers: true })
export class PageInfo {
  @Required(() => Boolean, 'Whether something follows the page.')
  hasNextPage: boolean;

  @Required(() => Boolean, 'Whether something precedes the page.')
  hasPreviousPage: boolean;

  @Optional(() => String, 'Of the first item; for `before`. Null on an empty page.')
  startCursor: string | null;

  @Optional(() => String, 'Of the last item; for `after`. Null on an empty page.')
  endCursor: string | null;
}

/** One page as GraphQL asks for it. What is not selected is not computed: every part is a getter. */
export class Connection<Node> {
  readonly nodes: readonly Node[];
  readonly #page: Omit<Page<unknown>, 'rows' | 'cursorOf'>;
  readonly #cursorAt: (place: number) => string;

  constructor(
    page: Omit<Page<unknown>, 'rows' | 'cursorOf'>,
    nodes: readonly Node[],
    cursorAt: (place: number) => string,
  ) {
    this.nodes = nodes;
    this.#page = page;
    this.#cursorAt = cursorAt;
  }

  get edges(): { cursor: string; node: Node }[] {
    return this.nodes.map((node, place) => ({ cursor: this.#cursorAt(place), node }));
  }

  get pageInfo(): PageInfo {
    const { hasNextPage, hasPreviousPage } = this.#page;
    const empty = this.nodes.length === 0;
    return {
      hasNextPage,
      hasPreviousPage,
      startCursor: empty ? null : this.#cursorAt(0),
      endCursor: empty ? null : this.#cursorAt(this.nodes.length - 1),
    };
  }

  get totalCount(): Promise<number> {
    return this.#page.count();
  }
}

/** The connection of a page whose rows have become nodes, in the same order. */
export const connectionOf = <Row, Node>(page: Page<Row>, nodes: readonly Node[]): Connection<Node> =>
  new Connection(page, nodes, (place) => {
    const row = page.rows[place];
    if (row === undefined) throw new RangeError(`no row at ${place}`);
    return page.cursorOf(row);
  });

/** The two types of a connection to a type: `<Name>Edge` and `<Name>Connection`. */
export function connectionType(node: ClassType, name: string, plural: string): ClassType {
  @ObjectType(`${name}Edge`, {
    description: `One of the ${plural} with its place in the list.`,
    simpleResolvers: true,
  })
  class Edge {
    @Required(() => String, 'Its place, for `after` and `before`. Good for the same order and filter only.')
    cursor: string;

    @Required(() => node, 'The item.')
    node: unknown;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${plural}.`, simpleResolvers: true })
  class PageType {
    @Required(() => [Edge], 'The items with their cursors.')
    edges: Edge[];

    @Required(() => [node], 'The items alone.')
    nodes: unknown[];

    @Required(() => PageInfo, 'Where the page lies within the list.')
    pageInfo: PageInfo;

    @Costs(10)
    @Required(() => Int, `How many ${plural} there are on all pages. Counted only when asked for.`)
    totalCount: number;
  }
  return PageType;
}
