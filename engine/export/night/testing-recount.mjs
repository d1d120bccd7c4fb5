// Counts a deployment report's figures anew, straight over the lines of events.ndjson. Owns: a second opinion, for tests alone.
// Shares no code with the report, imports nothing of it, and knows the text of a plan by its lines only.

/** Every figure of the JSON twin, at the path that it stands at there: "summary.steps.total" → 8. Decimals stay the words they were. */
export function recount(eventLines, planOf) {
  const events = eventLines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .filter((one) => typeof one.seq === "number" && typeof one.type === "string");
  const figures = {};
  const put = (path, value) => {
    if (value !== undefined) figures[path] = value;
  };
  const t = (at) => new Date(at).getTime();
  const starts = events.filter((one) => one.type === "run.started" && one.data.kind !== "checks" && one.data.mode !== "rehearsal");
  const ids = starts.map((one) => one.subject.run);
  const of = (run, type) => events.filter((one) => one.subject.run === run && one.type === type);
  const back = new Set(starts.filter((one) => one.data.undoes).map((one) => one.subject.run));
  const plans = Object.fromEntries(starts.map((one) => [one.subject.run, readPlan(planOf(one.seq))]));

  put("v", 1);
  put("source.seq", events.at(-1).seq);

  // ways back
  const decided = events.filter((one) => one.type === "run.rollback_decided");
  const undone = new Map();
  decided.forEach((one, i) => {
    const finished = events.find(
      (other) => other.type === "rollback.finished" && other.subject.run === one.subject.run && other.data.run && other.seq > one.seq,
    );
    put(`wayBack.${i}.seq`, one.seq);
    put(`wayBack.${i}.targetMs`, one.data.target_ms ?? undefined);
    put(`wayBack.${i}.durationMs`, finished?.data.duration_ms);
    put(`wayBack.${i}.endSeq`, finished?.seq);
    if (finished?.outcome === "passed") undone.set(one.subject.run, new Set(one.data.steps));
  });
  const finishedWell = events.filter((one) => one.type === "rollback.finished" && one.data.run && one.outcome === "passed");
  put("summary.wayBacks.total", decided.length);
  put("summary.wayBacks.recovered", finishedWell.length);
  put(
    "summary.wayBacks.inTime",
    finishedWell.filter((one) => one.data.target_ms !== null && one.data.duration_ms <= one.data.target_ms).length,
  );

  // runs, phases, steps
  const tally = { total: 0, passed: 0, failed: 0, unknown: 0, skipped: 0, notRun: 0, running: 0 };
  const judged = { accepted: 0, rejected: 0 };
  let retries = 0;
  let phaseAt = 0;
  let plannedTotal = 0;
  const lasts = [];
  starts.forEach((start, i) => {
    const run = start.subject.run;
    const end = events.find((one) => one.subject.run === run && (one.type === "run.finished" || one.type === "run.aborted"));
    put(`runs.${i}.seq`, start.seq);
    const forward = start.data.steps.filter((step) => !step.way_back);
    // One lane, no needs but the order of the file: each begins when the one before it ends.
    let at = t(start.ts_utc);
    const times = new Map();
    for (const step of forward) {
      const from = at;
      at += Math.max(step.planned_ms ?? 0, plans[run].holds.get(step.id) ?? 0);
      times.set(step.id, [from, at]);
    }
    if (forward.some((step) => step.planned_ms !== null)) put(`runs.${i}.plannedMs`, at - t(start.ts_utc));
    if (!back.has(run)) plannedTotal += at - t(start.ts_utc);
    const isPlanned = forward.some((step) => step.planned_ms !== null);
    if (end) {
      put(`runs.${i}.elapsedMs`, t(end.ts_utc) - t(start.ts_utc));
      if (isPlanned) put(`runs.${i}.driftMs`, t(end.ts_utc) - at);
      lasts.push(t(end.ts_utc));
    }
    const phases = [...new Set(forward.map((step) => step.phase[0] ?? start.data.title))];
    for (const phase of phases) {
      const own = forward.filter((step) => (step.phase[0] ?? start.data.title) === phase);
      const begun = own.flatMap((step) => of(run, "step.started").filter((one) => one.subject.step === step.id));
      const ended = own.map((step) =>
        of(run, "step.ended")
          .filter((one) => one.subject.step === step.id)
          .at(-1),
      );
      const row = `phases.${phaseAt}`;
      phaseAt += 1;
      put(`${row}.steps`, own.length);
      put(`${row}.passed`, ended.filter((one) => one?.outcome === "passed").length);
      if (isPlanned) put(`${row}.plannedMs`, times.get(own.at(-1).id)[1] - times.get(own[0].id)[0]);
      const isOver = ended.every((one) => one !== undefined);
      const last = Math.max(...ended.filter(Boolean).map((one) => t(one.ts_utc)));
      const first = Math.min(...begun.map((one) => t(one.ts_utc)));
      if (isOver) put(`${row}.elapsedMs`, last - first);
      if (isOver && isPlanned) put(`${row}.driftMs`, last - Math.max(...own.map((step) => times.get(step.id)[1])));
    }
    for (const one of [...of(run, "step.ended")]) lasts.push(t(one.ts_utc));
    if (back.has(run)) return;
    for (const step of forward) {
      const begun = of(run, "step.started").filter((one) => one.subject.step === step.id).length;
      const ended = of(run, "step.ended")
        .filter((one) => one.subject.step === step.id)
        .at(-1);
      const skipped = of(run, "step.skipped").some((one) => one.subject.step === step.id);
      tally.total += 1;
      if (skipped) tally.skipped += 1;
      else if (begun === 0) tally.notRun += 1;
      else if (ended === undefined) tally.running += 1;
      else tally[ended.outcome] += 1;
      retries += Math.max(0, begun - 1);
      for (const one of of(run, "step.judged").filter((other) => other.subject.step === step.id)) judged[one.outcome] += 1;
    }
  });
  for (const [name, n] of Object.entries(tally)) put(`summary.steps.${name}`, n);
  for (const [name, n] of Object.entries(judged)) put(`summary.judged.${name}`, n);
  put("summary.retries", retries);
  put("summary.runs", starts.length);
  const firstAt = Math.min(...starts.map((one) => t(one.ts_utc)));
  put("summary.elapsedMs", Math.max(...lasts) - firstAt);
  put("summary.plannedMs", plannedTotal);
  const facts = Object.assign(
    {},
    ...events.filter((one) => one.type === "launch.created" || one.type === "launch.changed").map((one) => one.data.facts ?? {}),
  );
  if (facts.windowEnd) put("summary.pastWindowMs", Math.max(...lasts) - t(facts.windowEnd));

  // gates
  const gates = events.filter((one) => one.type === "gate.started" && ids.includes(one.subject.run));
  const sums = { total: 0, passed: 0, failed: 0, unknown: 0, warned: 0 };
  const gateSums = { total: gates.length, passed: 0, failed: 0, unknown: 0 };
  const belongs = (gate) => (one) =>
    one.subject.run === gate.subject.run &&
    one.subject.step === gate.subject.step &&
    one.subject.attempt === gate.subject.attempt &&
    one.data.block === gate.data.block;
  gates.forEach((gate, i) => {
    const probes = events.filter((one) => one.type === "gate.probed").filter(belongs(gate));
    const end = events.find((one) => one.type === "block.ended" && belongs(gate)(one));
    const row = `validation.gates.${i}`;
    put(`${row}.attempt`, gate.subject.attempt);
    put(`${row}.spanMs`, gate.data.for_ms ?? gate.data.within_ms);
    put(`${row}.everyMs`, gate.data.every_ms);
    const counts = { total: probes.length, passed: 0, failed: 0, unknown: 0, warned: probes.filter((one) => one.data.warned).length };
    for (const one of probes) counts[one.outcome] += 1;
    for (const [name, n] of Object.entries(counts)) {
      put(`${row}.probes.${name}`, n);
      sums[name] += n;
    }
    put(`${row}.durationMs`, end?.data.duration_ms);
    put(
      `${row}.gapMs`,
      events
        .filter((one) => one.type === "gate.gap")
        .filter(belongs(gate))
        .reduce((sum, one) => sum + one.data.ms, 0),
    );
    put(`${row}.seq`, gate.seq);
    put(`${row}.endSeq`, end?.seq);
    if (end) gateSums[end.outcome] += 1;
  });
  for (const [name, n] of Object.entries(sums)) put(`summary.probes.${name}`, n);
  for (const [name, n] of Object.entries(gateSums)) put(`summary.gates.${name}`, n);

  // what was confirmed by hand
  const confirmed = events.filter((one) => one.type === "check.confirmed" && ids.includes(one.subject.run));
  confirmed.forEach((one, i) => {
    put(`validation.checks.${i}.seq`, one.seq);
    put(`validation.checks.${i}.value`, one.data.value ?? "");
  });
  put("summary.checks.met", confirmed.filter((one) => one.outcome === "passed").length);
  put("summary.checks.notMet", confirmed.filter((one) => one.outcome !== "passed").length);

  // measured values: gates, then numbers printed by commands with a limit and typed into checks, in the order of the log
  const nameOf = (one) => plans[one.subject.run].names.get(`${one.subject.step} ${one.data.block}`) ?? "";
  const bare = (name) =>
    name
      .toLowerCase()
      .replace(/baseline/g, "")
      .replace(/[^a-z0-9]+/g, " ")
      .trim();
  const baselines = events
    .filter((one) => ids.includes(one.subject.run))
    .flatMap((one) => {
      if (one.type === "value.captured" && /^BASELINE_/.test(one.data.name))
        return [{ key: bare(one.data.name), value: one.data.value, seq: one.seq }];
      const isBefore = /\bbaseline\b/i.test(one.subject.step ?? "");
      if (isBefore && one.type === "block.ended" && one.data.last_number)
        return [{ key: bare(nameOf(one)), value: one.data.last_number, seq: one.seq }];
      return [];
    });
  const rows = [
    ...gates
      .filter((gate) => gate.data.threshold !== "")
      .map((gate) => {
        const probes = events
          .filter((one) => one.type === "gate.probed")
          .filter(belongs(gate))
          .filter((one) => one.data.value !== "");
        const end = events.find((one) => one.type === "block.ended" && belongs(gate)(one));
        return {
          name: nameOf(gate),
          limit: gate.data.threshold,
          seq: gate.seq,
          samples: probes.map((one) => [one.data.value, one.seq]),
          seqs: [gate.seq, end?.seq],
          verdict: end?.outcome,
        };
      }),
    ...events.flatMap((one) => {
      if (!ids.includes(one.subject.run)) return [];
      if (one.type === "check.confirmed") {
        const limit = plans[one.subject.run].checks.get(one.data.text);
        return limit === undefined
          ? []
          : [{ name: one.data.text, limit, seq: one.seq, samples: [[one.data.value, one.seq]], seqs: [one.seq], verdict: one.outcome }];
      }
      if (one.type !== "block.ended" || one.data.kind === "gate" || !one.data.last_number) return [];
      const limit = plans[one.subject.run].limits.get(`${one.subject.step} ${one.data.block}`);
      return limit === undefined
        ? []
        : [{ name: nameOf(one), limit, seq: one.seq, samples: [[one.data.last_number, one.seq]], seqs: [one.seq], verdict: one.outcome }];
    }),
  ];
  const kpis = { total: rows.length, met: 0, notMet: 0, unknown: 0, notJudged: 0 };
  rows.forEach((row, i) => {
    const path = `kpis.${i}`;
    // Measured values of these tests have at most six places: whole millionths are exact.
    const millionths = row.samples.map(([value]) => Math.round(Number(value) * 1e6));
    const sorted = [...millionths].sort((a, b) => a - b);
    const half = sorted.length / 2;
    const middle = sorted.length === 0 ? null : sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
    const worst = row.limit.startsWith("<") ? sorted.at(-1) : sorted[0];
    const worstSeq = row.samples[millionths.indexOf(worst)]?.[1];
    const was = baselines.filter((one) => one.key === bare(row.name) && one.seq < row.seq).at(-1);
    put(`${path}.samples`, row.samples.length);
    put(`${path}.last`, row.samples.at(-1)?.[0] ?? "");
    put(`${path}.median`, middle === null ? "" : String(middle / 1e6));
    put(`${path}.worst`, worst === undefined ? "" : row.samples.find((_, n) => millionths[n] === worst)[0]);
    if (was) {
      put(`${path}.baseline.value`, was.value);
      put(`${path}.baseline.seq`, was.seq);
    }
    const change = was === undefined || middle === null ? null : middle - Math.round(Number(was.value) * 1e6);
    put(`${path}.change`, change === null ? "" : String(change / 1e6));
    const share = change === null ? null : change / Math.round(Number(was.value) * 1e6);
    put(`${path}.changePercent`, share === null ? "" : String((Math.sign(share) * Math.round(Math.abs(share) * 1000)) / 10));
    [...new Set([...row.seqs, worstSeq])]
      .filter(Boolean)
      .sort((a, b) => a - b)
      .forEach((seq, n) => void put(`${path}.seqs.${n}`, seq));
    kpis[row.verdict === "passed" ? "met" : row.verdict === "failed" ? "notMet" : "unknown"] += 1;
  });
  for (const [name, n] of Object.entries(kpis)) put(`summary.kpis.${name}`, n);

  // downtime: the gate of that name, second by second between its probes
  const looks = gates.filter((gate) => nameOf(gate) === "downtime");
  if (looks.length > 0) {
    let down = 0;
    let up = 0;
    let outage = 0;
    let before = null;
    let since = null;
    for (const one of events.filter((other) => other.type === "gate.probed" && looks.some((gate) => belongs(gate)(other)))) {
      const now = t(one.ts_utc);
      if (before === "passed") up += now - t(events[since - 1].ts_utc);
      if (before === "failed" && one.outcome === "passed") {
        const ms = now - t(events[since - 1].ts_utc);
        down += ms;
        put(`downtime.outages.${outage}.ms`, ms);
        put(`downtime.outages.${outage}.seq`, since);
        outage += 1;
      }
      if (before === one.outcome && before === "failed") continue;
      before = one.outcome;
      since = one.seq;
    }
    for (const gate of looks) {
      const end = events.find((one) => one.type === "block.ended" && belongs(gate)(one));
      const last = events.filter((one) => one.type === "gate.probed" && belongs(gate)(one)).at(-1);
      if (end && last.outcome === "passed") up += t(end.ts_utc) - t(last.ts_utc);
    }
    put("downtime.downMs", down);
    put("downtime.notKnownMs", 0);
    put("downtime.lookedMs", down + up);
    put("downtime.everyMs", Math.max(...looks.map((gate) => gate.data.every_ms)));
  }
  events
    .filter((one) => one.type === "loop.opened" && /maintenance/.test(one.data.name))
    .forEach((one, i) => {
      const closed = events.find((other) => other.type === "loop.closed" && other.data.name === one.data.name && other.seq > one.seq);
      put(`downtime.maintenance.${i}.seq`, one.seq);
      if (closed) put(`downtime.maintenance.${i}.ms`, t(closed.ts_utc) - t(one.ts_utc));
    });

  // migrations
  const migrations = events.filter((one) => one.type === "value.captured" && one.data.name.startsWith("MIGRATION"));
  migrations.forEach((one, i) => {
    put(`migrations.${i}.seq`, one.seq);
    put(`migrations.${i}.value`, one.data.value);
  });
  put(
    "summary.migrations",
    migrations.reduce((sum, one) => sum + one.data.value.split(/[ ,]+/).length, 0),
  );

  // notes
  const notes = events.filter((one) => one.type === "note.added");
  const named = { incident: "incidents", "near-miss": "nearMisses", lesson: "lessons", "next-step": "nextSteps" };
  for (const [kind, list] of Object.entries(named))
    notes
      .filter((one) => one.data.kind === kind)
      .forEach((one, i) => {
        put(`${list}.${i}.seq`, one.seq);
        const closed = events.find((other) => other.type === "note.closed" && other.data.seq === one.seq);
        const taken = events.find((other) => other.type === "note.acknowledged" && other.data.seq === one.seq);
        if (list !== "lessons" && list !== "nextSteps") {
          if (closed) put(`${list}.${i}.durationMs`, t(closed.ts_utc) - t(one.ts_utc));
          if (taken) put(`${list}.${i}.toAcknowledgeMs`, t(taken.ts_utc) - t(one.ts_utc));
        }
      });
  const incidents = notes.filter((one) => one.data.kind === "incident");
  put("summary.incidents.total", incidents.length);
  put(
    "summary.incidents.open",
    incidents.filter((one) => !events.some((other) => other.type === "note.closed" && other.data.seq === one.seq)).length,
  );
  put("summary.nearMisses", notes.filter((one) => one.data.kind === "near-miss").length);

  // features: steps that name the ticket in their title
  (facts.tickets ?? []).forEach((ticket, i) => {
    let n = 0;
    for (const start of starts.filter((one) => !back.has(one.subject.run)))
      for (const step of start.data.steps.filter((one) => !one.way_back && one.title.includes(ticket.id))) {
        const ended = of(start.subject.run, "step.ended")
          .filter((one) => one.subject.step === step.id)
          .at(-1);
        if (ended) put(`features.${i}.steps.${n}.seq`, ended.seq);
        n += 1;
      }
  });

  // reasons that make a deviation, by the types that this test's night has
  const DEVIATING = ["run.aborted", "step.judged"];
  const deviations = events.filter(
    (one) =>
      DEVIATING.includes(one.type) ||
      (one.type === "step.skipped" && one.data.applies !== false) ||
      (["run.started", "step.started", "block.started", "run.finished", "launch.changed"].includes(one.type) && one.reason !== ""),
  );
  deviations.forEach((one, i) => void put(`deviations.${i}.seq`, one.seq));
  put("summary.deviations", deviations.length);
  const signed = events.filter((one) => one.type === "signoff.added");
  signed.forEach((one, i) => void put(`signoffs.${i}.seq`, one.seq));
  put("summary.signatures.valid", signed.length);
  put("summary.signatures.notValid", 0);
  return figures;
}

/** Names, limits and checks of a plan, from its lines: `### …`, the step's id, each fence in turn. */
function readPlan(text) {
  const names = new Map();
  const limits = new Map();
  const holds = new Map();
  const checks = new Map();
  let step = "";
  let block = 0;
  let isOpen = false;
  for (const line of text.split("\n")) {
    const id = /<!-- step: \{id: ([\w-]+)/.exec(line)?.[1];
    if (id !== undefined) {
      step = id;
      block = 0;
    }
    if (line.startsWith("```")) {
      if (!isOpen) {
        const name = /name=([\w-]+)/.exec(line)?.[1];
        const limit = /expect="([^"]+)"/.exec(line)?.[1];
        if (name !== undefined) names.set(`${step} ${block}`, name);
        if (limit !== undefined && !line.includes("gate=")) limits.set(`${step} ${block}`, limit);
        const held = /gate=hold for=(\d+)s/.exec(line)?.[1];
        if (held !== undefined) holds.set(step, Number(held) * 1000);
        block += 1;
      }
      isOpen = !isOpen;
    }
    const check = /^- \[ \] (.*?) <!-- check: \{.*expect: "([^"]+)"/.exec(line);
    if (check !== null) checks.set(check[1], check[2]);
  }
  return { names, limits, checks, holds };
}
