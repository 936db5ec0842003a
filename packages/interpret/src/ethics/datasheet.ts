import { checkOptions } from '@flambeau/core';
import type { DatasetReport } from './datasetReport.js';
import { type Content, FactSheet, section } from './factSheet.js';

/** What people say of a data set. */
export interface DatasheetFields {
  readonly name: string;
  /** Why it was made, by whom, who paid for it. */
  readonly motivation?: Content;
  /** What an item is, how many there are, what is missing. */
  readonly composition?: Content;
  /** How, when and with whose consent the items were collected. */
  readonly collection?: Content;
  /** Who gave the labels, and how. */
  readonly labelling?: Content;
  /** What it is for, and what it must not be used for. */
  readonly uses?: Content;
  /** Who keeps it, and where errors are reported. */
  readonly maintenance?: Content;
  /** Who is in the data, below the composition. */
  readonly report?: DatasetReport;
}

/** A datasheet for a data set (Gebru et al. 2018). */
export function datasheet(fields: DatasheetFields): FactSheet {
  checkOptions('datasheet', fields, [
    'name',
    'motivation',
    'composition',
    'collection',
    'labelling',
    'uses',
    'maintenance',
    'report',
  ]);
  return new FactSheet(fields.name, [
    section('motivation', 'Motivation', fields.motivation),
    section('composition', 'Composition', fields.composition, fields.report?.table),
    section('collection', 'Collection', fields.collection),
    section('labelling', 'Labelling', fields.labelling),
    section('uses', 'Uses', fields.uses),
    section('maintenance', 'Maintenance', fields.maintenance),
  ]);
}
