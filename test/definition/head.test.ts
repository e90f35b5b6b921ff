import { describe, expect, test } from '@jest/globals';
import { changeRegister, type HeadChange, judgeChange, type Register } from '../../src/definition/head';
import { type Json, jsonBytes } from '../../src/definition/json';
import { LIMITS } from '../../src/definition/limits';

const fresh = (token = 't1'): Register => ({
  head: { name: 'One', version: 1, generation: 'g1', token, status: 'active', createdAt: null, updatedAt: null },
  past: [],
  schedules: [],
});
const publish = (ifVersion: number, token: string, generation = 'g1'): HeadChange => ({
  kind: 'publish',
  generation,
  ifVersion,
  token,
  name: `by ${token}`,
  scheduledTriggerIds: [],
});
const tombstone: HeadChange = { kind: 'tombstone', generation: 'g1' };
const revive: HeadChange = {
  kind: 'revive',
  ifGeneration: 'g1',
  generation: 'g2',
  token: 'n1',
  name: 'Anew',
  scheduledTriggerIds: [],
};
const changed = (register: Register, ...changes: HeadChange[]) =>
  changes.reduce((it, change, index) => {
    expect(judgeChange(it, change)).toEqual({ kind: 'changed' });
    return changeRegister(it, change, 100 + index);
  }, register);

describe('the head of a definition', () => {
  test('a publication makes the next version current and remembers the one before', () => {
    const { head, past } = changed(fresh(), publish(1, 't2'), publish(2, 't3'));
    expect(head).toMatchObject({ version: 3, token: 't3', name: 'by t3', createdAt: 100, updatedAt: null });
    expect(past).toEqual([
      { token: 't1', name: 'One', updatedAt: 100 },
      { token: 't2', name: 'by t2', updatedAt: 101 },
    ]);
  });

  test('of two publications that saw the same version the second is a conflict that shows what is current', () => {
    const register = changed(fresh(), publish(1, 't2'));
    expect(judgeChange(register, publish(1, 'other'))).toEqual({ kind: 'conflict', current: register.head });
  });

  test('a change that is sent again, its answer having got lost, is answered the same and changes nothing', () => {
    const published = changed(fresh(), publish(1, 't2'), publish(2, 't3'));
    for (const change of [publish(1, 't2'), publish(2, 't3')]) {
      expect(judgeChange(published, change)).toEqual({ kind: 'changed' });
      expect(changeRegister(published, change, 999)).toBe(published);
    }
    const revived = changed(fresh(), tombstone, revive);
    expect(judgeChange(revived, revive)).toEqual({ kind: 'changed' });
    expect(changeRegister(revived, revive, 999)).toBe(revived);
  });

  test('a tombstone keeps its versions and their times, and takes nothing but a new definition', () => {
    const register = changed(fresh(), publish(1, 't2'), tombstone);
    expect(register.head).toMatchObject({ status: 'tombstoned', version: 2, createdAt: 100, updatedAt: 101 });
    expect(register.past).toHaveLength(1);
    const elsewhere = { ...revive, ifGeneration: 'g9' };
    for (const change of [publish(2, 't3'), tombstone, elsewhere]) {
      expect(judgeChange(register, change)).toEqual({ kind: 'conflict', current: register.head });
    }
    expect(changed(register, revive)).toEqual({
      head: {
        name: 'Anew',
        version: 1,
        generation: 'g2',
        token: 'n1',
        status: 'active',
        createdAt: null,
        updatedAt: null,
      },
      past: [],
      schedules: [],
    });
  });

  test('what was meant for an older generation does not touch the new one', () => {
    const register = changed(fresh(), tombstone, revive);
    for (const change of [publish(1, 't2'), tombstone, { ...revive, generation: 'g3' }]) {
      expect(judgeChange(register, change)).toEqual({ kind: 'conflict', current: register.head });
    }
  });

  test('a definition that is active is not taken over', () => {
    expect(judgeChange(fresh(), revive).kind).toBe('conflict');
  });

  test('a register that is full takes no further version, and can still be deleted', () => {
    const entry = { token: 't', name: 'x'.repeat(1_000), updatedAt: 1 };
    const past = Array.from({ length: Math.ceil(LIMITS.pastVersionsBytesMax / 1_000) }, () => entry);
    const register = { ...fresh(), past };
    expect(judgeChange(register, publish(1, 't2'))).toEqual({ kind: 'full' });
    const frame = jsonBytes([{ ...entry, name: '' }] as unknown as Json);
    const ofBytes = (bytes: number) => ({ ...fresh(), past: [{ ...entry, name: 'x'.repeat(bytes - frame) }] });
    expect(judgeChange(ofBytes(LIMITS.pastVersionsBytesMax), publish(1, 't2'))).toEqual({ kind: 'full' });
    expect(judgeChange(ofBytes(LIMITS.pastVersionsBytesMax - 1), publish(1, 't2'))).toEqual({ kind: 'changed' });
    expect(judgeChange(register, tombstone)).toEqual({ kind: 'changed' });
  });

  test('the triggers that may have schedules are kept until they are known to be gone, whatever is published meanwhile', () => {
    const scheduling = (ifVersion: number, token: string, scheduledTriggerIds: string[]): HeadChange =>
      ({
        ...publish(ifVersion, token),
        scheduledTriggerIds,
      }) as HeadChange;
    const register = changed(
      fresh(),
      scheduling(1, 't2', ['a', 'b']),
      scheduling(2, 't3', ['b', 'c']),
      publish(3, 't4'),
    );
    expect(register.schedules).toEqual(['a', 'b', 'c']);
    expect(changed(register, tombstone).schedules).toEqual(['a', 'b', 'c']);
    expect(changed(register, tombstone, { ...revive, scheduledTriggerIds: ['d'] }).schedules).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });
});
