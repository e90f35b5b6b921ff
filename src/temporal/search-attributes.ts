// Makes sure that the namespace has the search attributes that executions are started with (contract 6).
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { ConfigError } from '../config/config-error';
import { SEARCH_ATTRIBUTES } from '../workflows/contract/names';
import { isUnknownSearchAttribute } from './grpc';

const LOOK_MS = 50;
const { IndexedValueType } = temporal.api.enums.v1;

const TYPES: Readonly<Record<string, temporal.api.enums.v1.IndexedValueType>> = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  INT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  KEYWORD_LIST: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
};

/** Creates what is missing; throws a ConfigError when one exists with another type, which says what to do. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes = {} } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing: Record<string, temporal.api.enums.v1.IndexedValueType> = {};
  for (const [name, kind] of Object.entries(SEARCH_ATTRIBUTES)) {
    const wanted = TYPES[kind] as temporal.api.enums.v1.IndexedValueType;
    const existing = customAttributes?.[name];
    if (existing === undefined) missing[name] = wanted;
    else if (existing !== wanted) {
      throw new ConfigError(
        `The search attribute ${name} of namespace "${namespace}" is of type ${IndexedValueType[existing]} and must be ${IndexedValueType[wanted]}; use another namespace, or remove it with "temporal operator search-attribute remove".`,
      );
    }
  }
  if (Object.keys(missing).length === 0) return;
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  await untilKnown(connection, namespace);
}

/** The server learns of new ones from a cache that it fills anew now and then: until it has, executions cannot start. */
async function untilKnown({ workflowService }: Connection, namespace: string): Promise<void> {
  const query = Object.keys(SEARCH_ATTRIBUTES)
    .map((name) => `${name} IS NULL`)
    .join(' AND ');
  for (;;) {
    try {
      await workflowService.countWorkflowExecutions({ namespace, query });
      return;
    } catch (error) {
      if (!isUnknownSearchAttribute(error)) throw error;
    }
    await sleep(LOOK_MS);
  }
}
