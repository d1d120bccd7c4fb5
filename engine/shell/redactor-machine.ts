// One automaton (Aho-Corasick) that finds all known values and the beginnings of all token shapes in one pass.
// Owns: its tables. Does not know about streams, escape codes or what is done with a hit.

export type Word = {
  text: string;
  /** Name under which a known value is counted; null for the beginning of a token shape. */
  known: string | null;
  /** Index of the token shape this word begins; -1 for a known value. */
  rule: number;
  /** So many of its characters at the end of a chunk must wait for the rest; infinite when the word itself is no secret. */
  heldFrom: number;
};

/** What ends at a state. */
export type Found = { known: { name: string; length: number }[]; rules: { rule: number; length: number }[] };

export type Machine = {
  /** Class of each UTF-16 unit; a row of `table` has one column per class. */
  readonly classes: Uint16Array;
  readonly columns: number;
  /** Next state by `state + class`, for states below `denseEnd`. States are premultiplied by `columns`; the root is 0. */
  readonly table: Int32Array;
  /** A next state from here on wants attention: something ends there, the state is no row of `table`, or it is SPECIAL. */
  readonly attentionFrom: number;
  /** Next state of any state, or SPECIAL. */
  step(state: number, unit: number): number;
  /** Length of the longest secret's beginning that the text up to here ends in. */
  heldDepth(state: number): number;
  found(state: number): Found | undefined;
};

/** Next state for units that are handled outside the automaton: escape, line breaks and other controls. */
export const SPECIAL = 0x7fffffff;
/** States this deep or less have a full row; deeper ones are rarely reached in ordinary text and keep only their own children. */
const DENSE_DEPTH = 3;

export function isSpecialUnit(unit: number): boolean {
  return (unit < 0x20 && unit !== 0x09) || unit === 0x7f || (unit >= 0x80 && unit < 0xa0);
}

type Node = {
  depth: number;
  children: Map<number, Node>;
  fail: Node;
  heldDepth: number;
  isHeld: boolean;
  words: Word[];
  found: Found | null;
  id: number;
};

export function buildMachine(words: Word[]): Machine {
  const root = makeNode(0);
  root.fail = root;
  const units = new Set<number>();
  for (const word of words) {
    let node = root;
    for (let index = 0; index < word.text.length; index += 1) {
      const unit = word.text.charCodeAt(index);
      units.add(unit);
      let child = node.children.get(unit);
      if (child === undefined) {
        child = makeNode(node.depth + 1);
        node.children.set(unit, child);
      }
      node = child;
      node.isHeld ||= node.depth >= word.heldFrom;
    }
    node.words.push(word);
  }

  const order = linkFailures(root);
  // Row states without anything to report come first, then those that report, then the deep ones: two comparisons tell them apart.
  const dense = order.filter((node) => node.depth <= DENSE_DEPTH);
  const quiet = dense.filter((node) => node.found === null);
  const loud = dense.filter((node) => node.found !== null);
  const deep = order.filter((node) => node.depth > DENSE_DEPTH);
  const classes = new Uint16Array(0x10000);
  let columns = 1; // class 0: units in no word
  for (const unit of units) {
    if (isSpecialUnit(unit)) continue;
    classes[unit] = columns;
    columns += 1;
  }
  const specialClass = columns;
  columns += 1;
  for (let unit = 0; unit < 0xa0; unit += 1) if (isSpecialUnit(unit)) classes[unit] = specialClass;
  const all = [...quiet, ...loud, ...deep];
  all.forEach((node, index) => {
    node.id = index * columns;
  });
  const denseEnd = dense.length * columns;

  const table = new Int32Array(denseEnd);
  // Breadth first: a failure's row is complete before it is copied.
  for (const node of dense) {
    if (node !== root) table.copyWithin(node.id, node.fail.id, node.fail.id + columns);
    for (const [unit, child] of node.children) table[node.id + classes[unit]!] = child.id;
    table[node.id + specialClass] = SPECIAL;
  }

  const heldDepths = Int32Array.from(all, (node) => node.heldDepth);
  const founds = all.map((node) => node.found ?? undefined);
  const fails = Int32Array.from(deep, (node) => node.fail.id);
  const firstUnit = new Int32Array(deep.length).fill(-1);
  const firstChild = new Int32Array(deep.length);
  const moreChildren = new Map<number, Map<number, number>>();
  deep.forEach((node, index) => {
    for (const [unit, child] of node.children) {
      if (firstUnit[index] === -1) {
        firstUnit[index] = unit;
        firstChild[index] = child.id;
      } else {
        const more = moreChildren.get(index) ?? new Map<number, number>();
        moreChildren.set(index, more.set(unit, child.id));
      }
    }
  });
  const denseCount = dense.length;

  return {
    classes,
    columns,
    table,
    attentionFrom: quiet.length * columns,
    step(state, unit) {
      const column = classes[unit]!;
      if (column === 0) return 0;
      if (column === specialClass) return SPECIAL;
      let at = state;
      while (at >= denseEnd) {
        const index = at / columns - denseCount;
        if (firstUnit[index] === unit) return firstChild[index]!;
        const next = moreChildren.get(index)?.get(unit);
        if (next !== undefined) return next;
        at = fails[index]!;
      }
      return table[at + column]!;
    },
    heldDepth: (state) => heldDepths[state / columns]!,
    found: (state) => founds[state / columns],
  };
}

function makeNode(depth: number): Node {
  const node: Omit<Node, "fail"> = { depth, children: new Map(), heldDepth: 0, isHeld: false, words: [], found: null, id: 0 };
  return Object.assign(node, { fail: node as Node });
}

/** All nodes breadth first, with the longest proper suffix that is a node too, and with what ends there. */
function linkFailures(root: Node): Node[] {
  const order: Node[] = [root];
  for (let next = 0; next < order.length; next += 1) {
    const node = order[next]!;
    for (const [unit, child] of node.children) {
      let fail = node;
      do fail = fail.fail;
      while (fail !== root && !fail.children.has(unit));
      const through = node === root ? root : (fail.children.get(unit) ?? root);
      child.fail = through;
      child.heldDepth = child.isHeld ? child.depth : through.heldDepth;
      child.found = foundAt(child, through);
      order.push(child);
    }
  }
  return order;
}

function foundAt(node: Node, through: Node): Found | null {
  if (node.words.length === 0) return through.found;
  const found: Found = { known: [...(through.found?.known ?? [])], rules: [...(through.found?.rules ?? [])] };
  for (const word of node.words) {
    if (word.known !== null) found.known.push({ name: word.known, length: word.text.length });
    if (word.rule >= 0) found.rules.push({ rule: word.rule, length: word.text.length });
  }
  return found;
}
