import { contract } from '../contract';
import { ChainBroken } from '../evidence/chain-ends';
import { chainAbove, chainPrefix } from '../evidence/chain-key';
import { AnswerTooLarge } from '../http/answer-too-large';
import type { Estate } from './estate';
import type { Finding, Gap, Message } from './gap';
import { gapOf } from './gap';
import type { Phase } from './phase';
import { countOf, phaseAfter, Walk } from './walk';

/**
 * What a step found, and where the next one goes on.
 */
export interface Step {
  readonly gaps: readonly Gap[];
  /** what is to be sent; doing it twice changes nothing. */
  readonly messages: readonly Message[];
  readonly walk: Walk;
  /** whether there is nothing left to look at. */
  readonly finished: boolean;
}

/**
 * Makes the step of a phase: it looks at one page, or at as much of it as there is time for.
 */
export function through<Item>(phase: Phase<Item>) {
  return (walk: Walk, estate: Estate, isLate: () => boolean): Promise<Step> => stepThrough(phase, walk, estate, isLate);
}

async function stepThrough<Item>(phase: Phase<Item>, walk: Walk, estate: Estate, isLate: () => boolean): Promise<Step> {
  const page = await phase.list(walk, estate);
  const findings: Finding[] = [];
  let datasets = walk.datasets;
  let done: string | undefined;
  for (const item of itemsAfter(page.items, walk.done, phase)) {
    if (done !== undefined && isLate()) {
      const step = told(findings, { ...walk, done, datasets });
      return { ...step, walk: Walk.parse(step.walk), finished: false };
    }
    const finding = await lookAt(item, { ...walk, datasets }, phase, estate);
    findings.push(finding);
    datasets = [...datasets, ...(finding.datasets ?? [])].slice(-contract.limits.walkDatasets);
    done = phase.key(item);
  }
  const { page: _page, done: _done, ...rest } = walk;
  const step = told(findings, { ...rest, datasets });
  if (page.next !== undefined) {
    return { ...step, walk: pageAfter(step.walk, page.next), finished: false };
  }
  const next = phaseAfter(walk.phase);
  return { ...step, walk: { ...step.walk, phase: next ?? walk.phase }, finished: next === undefined };
}

// whoever lists may say anything: a place that cannot be read is not handed on, and a list has an end.
function pageAfter(walk: Walk, page: string): Walk {
  const pages = walk.pages + 1;
  if (pages > contract.limits.walkPages) {
    throw new AnswerTooLarge(`${walk.phase}: there are more than ${contract.limits.walkPages} pages in one walk`);
  }
  return Walk.parse({ ...walk, page, pages });
}

// what was deleted meanwhile must not move the place: then the page begins again, and finds the same.
function itemsAfter<Item>(items: readonly Item[], done: string | undefined, phase: Phase<Item>): readonly Item[] {
  return done === undefined ? items : items.slice(items.findIndex((item) => phase.key(item) === done) + 1);
}

// a chain that was tampered with must not keep the walk from all the others.
async function lookAt<Item>(item: Item, walk: Walk, phase: Phase<Item>, estate: Estate): Promise<Finding> {
  try {
    return await phase.look(item, walk, estate);
  } catch (error) {
    if (!(error instanceof ChainBroken)) {
      throw error;
    }
    const key = error.problems[0]?.key ?? '';
    const chain = chainAbove(key);
    return gapOf('evidence-broken', chain ? chainPrefix(chain) : key, error.message);
  }
}

function told(findings: readonly Finding[], walk: Walk): Pick<Step, 'gaps' | 'messages' | 'walk'> {
  const gaps = findings.flatMap((finding) => finding.gaps);
  const messages = distinct([
    ...gaps.flatMap(({ mend }) => mend ?? []),
    ...findings.flatMap(({ again = [] }) => again),
  ]);
  const before = walk.looked[walk.phase] ?? { seen: 0, ours: 0 };
  const counted = { ...walk.gaps };
  for (const { kind } of gaps) {
    counted[kind] = countOf(counted, kind) + 1;
  }
  return {
    gaps,
    messages,
    walk: {
      ...walk,
      looked: {
        ...walk.looked,
        [walk.phase]: {
          seen: before.seen + findings.length,
          ours: before.ours + findings.filter(({ ours }) => ours).length,
        },
      },
      gaps: counted,
      messages: walk.messages + messages.length,
    },
  };
}

// two runs of one job ask for the same.
function distinct(messages: readonly Message[]): Message[] {
  return [...new Map(messages.map((message) => [`${message.queue} ${message.body}`, message])).values()];
}
