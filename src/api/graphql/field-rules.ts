import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';

/** Arguments as a resolver gets them; a date may still be a text, where it came in a variable. */
export type FieldArgs = Readonly<Record<string, unknown>>;

/** What is known of a field besides its type. */
export interface FieldRules {
  /** True where its value can change while the version of the read model does not. */
  unversioned?: (args: FieldArgs, now: Date) => boolean;
  /** What it costs itself, whatever is selected of it: by default 1 for an object, 0 for a value. */
  cost?: (args: FieldArgs) => number;
  /** How many items its list has, at most or about. */
  items?: (args: FieldArgs) => number;
}

type Decorator = PropertyDecorator & MethodDecorator;

const decorate = (rules: FieldRules): Decorator => Extensions({ ...rules });

/**
 * For a field that depends on the clock, or on anything besides the read model (the log, the controls of sources):
 * answers with it are never kept.
 */
export const Unversioned = (when: (args: FieldArgs, now: Date) => boolean = () => true): Decorator =>
  decorate({ unversioned: when });

/** For a field that costs more than what its type says. */
export const Costs = (cost: number | ((args: FieldArgs) => number)): Decorator =>
  decorate({ cost: typeof cost === 'number' ? () => cost : cost });

/** For a list that is no connection. */
export const Items = (items: number | ((args: FieldArgs) => number)): Decorator =>
  decorate({ items: typeof items === 'number' ? () => items : items });

export const rulesOf = (field: GraphQLField<unknown, unknown>): FieldRules => field.extensions;
