// First of all: type-graphql's decorators need it.
import 'reflect-metadata';
import { Field } from 'type-graphql';

type TypeThunk = () => object;
type FieldDecorator = PropertyDecorator & MethodDecorator;

/** A field, argument or input that always has a value. */
export const Required = (type: TypeThunk, description: string): FieldDecorator =>
  Field(type, { description });

/** One that may be null or left out. */
export const Optional = (type: TypeThunk, description: string): FieldDecorator =>
  Field(type, { description, nullable: true });
