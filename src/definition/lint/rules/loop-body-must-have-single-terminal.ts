// A loop's body is neither a sequence with one way out nor bounded by one group, so it could not be run again as a whole.
import type { Rule } from '../rule';
import type { Subject } from '../subject';
import { beginOf } from '../subject-edge';
import type { SubjectLoop } from '../subject-loops';

export const loopBodyMustHaveSingleTerminal: Rule = {
  code: 'loop-body-must-have-single-terminal',
  *check(subject) {
    for (const loop of subject.loops) {
      if (loop.body.size === 0) continue;
      const { from, to, path, fromGroupId } = loop.subject;
      const shape = fromGroupId === null ? sequenceProblems(subject, loop) : boundedProblems(subject, loop);
      for (const problem of [...shape, ...openProblems(subject, loop)]) {
        const message = `The body of the loop from "${from}" to "${to}" cannot be repeated: ${problem}.`;
        yield { message, path: `${path}.loop`, ...beginOf(loop.subject) };
      }
    }
  },
};

function* sequenceProblems({ forward }: Subject, { body }: SubjectLoop): Iterable<string> {
  for (const nodeId of body) {
    const after = forward.successors(nodeId).filter((next) => body.has(next));
    if (after.length > 1) yield `it forks at "${nodeId}" to ${listed(after)}`;
    const before = forward.predecessors(nodeId).filter((previous) => body.has(previous));
    if (before.length > 1) yield `it joins at "${nodeId}" from ${listed(before)}`;
  }
  const exits = leaving(forward, body);
  if (exits.length > 1) yield `it is left at ${listed(exits)}, and one way out is possible`;
}

function* boundedProblems({ forward }: Subject, { body, ends }: SubjectLoop): Iterable<string> {
  const outside = ends.filter((member) => !body.has(member));
  if (outside.length > 0) yield `the members ${listed(outside)} of its group do not follow its entry`;
  const exits = leaving(forward, body).filter((nodeId) => !ends.includes(nodeId));
  if (exits.length > 0) yield `it is left at ${listed(exits)}, and only its group may lead out`;
}

function* openProblems({ onward, groupOf }: Subject, { subject, entry, body }: SubjectLoop): Iterable<string> {
  for (const nodeId of body) {
    const before = onward.predecessors(nodeId).filter((previous) => !body.has(previous));
    if (nodeId !== entry && before.length > 0) yield `${listed(before)} leads into it at "${nodeId}", past its entry`;
    const group = groupOf.get(nodeId)?.groupId;
    if (group !== undefined && group !== subject.fromGroupId) {
      yield `its node "${nodeId}" is in group "${group}"; only a group from which the loop's edge leads back can be in its body`;
    }
  }
}

const leaving = (forward: Subject['forward'], body: ReadonlySet<string>): readonly string[] =>
  [...body].filter((nodeId) => forward.successors(nodeId).some((next) => !body.has(next)));

const listed = (nodeIds: readonly string[]): string => nodeIds.map((nodeId) => `"${nodeId}"`).join(', ');
