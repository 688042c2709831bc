import type { FileDescription } from '../source.ts';
import type { Field } from './fields.ts';
import { isDecimalField } from './fields.ts';
import type { ColumnMap } from './mapping.ts';
import { asSetting } from './options.ts';
import type { ColumnSurvey } from './survey.ts';

interface Described {
  description: FileDescription;
  map: ColumnMap;
  survey: readonly ColumnSurvey[];
  repeated: readonly string[];
}

function columnWarning(field: Field, label: string, survey: ColumnSurvey, described: Described): string[] {
  const { declared } = described.description;
  const { mapping } = described.map;
  const { doubtfulNumber, doubtfulDates } = survey;
  const separator = declared?.decimalSeparator ?? mapping.decimalSeparator;
  if (isDecimalField(field) && doubtfulNumber !== null && separator === undefined) {
    const settings = [asSetting('decimalSeparator', ','), asSetting('decimalSeparator', '.')].join(' or ');
    return [`column "${label}": ${doubtfulNumber} could be two numbers, declare ${settings}`];
  }
  const dateFormat = declared?.dateFormat ?? mapping.dateFormat;
  if (field === 'date' && doubtfulDates.length > 0 && dateFormat === undefined) {
    const settings = doubtfulDates.map((format) => asSetting('dateFormat', format)).join(' or ');
    return [`column "${label}": no date tells the day from the month, declare ${settings}`];
  }
  return [];
}

/** What the owner of a file should know of how it is read. */
export function warningsOf(described: Described): string[] {
  const { map, survey, description, repeated } = described;
  const warnings = Object.entries(map.columns).flatMap(([field, column]) => {
    const found = survey[column];
    const label = description.header[column] ?? '';
    return found === undefined ? [] : columnWarning(field as Field, label, found, described);
  });
  if (map.identity === 'name')
    warnings.push('coins are known by their names: the file has no id and no symbol');
  if (map.identity === 'symbol')
    warnings.push('coins are known by their symbols, which several coins may share');
  return [...warnings, ...repeated.map((label) => `several columns are named "${label}"`)];
}
