// Runbooks made for measuring. Owns: their text, of any length, with the mix that real ones have.

/** A runbook of so many steps; about 13 lines a step: heading, directive, prose, a command, some with output, checks or placeholders. */
export function runbookText(steps: number): string {
  const parts = ["---\ntitle: Bench\nkind: runbook\nplanned: 60m\n---\n\n# Bench\n"];
  for (let step = 0; step < steps; step++) {
    if (step % 10 === 0) parts.push(`\n## Phase ${step / 10 + 1}\n`);
    parts.push(
      `\n### Step ${step}\n\n<!-- step: {id: step-${step}, planned: 2m${step > 0 ? `, needs: [step-${step - 1}]` : ""}} -->\n\n` +
        `Start the **replicas** of release ${step} and wait until each answers \`/readyz\`. See the [way back](#step-0).\n\n` +
        `\`\`\`sh {name=block-${step} timeout=10m}\nkubectl rollout status deployment/api-${step} --timeout=600s\necho "release ${step}"\n\`\`\`\n`,
    );
    if (step % 3 === 0) parts.push(`\n- [ ] The error rate of release ${step} stays below 0.3 %\n`);
    if (step % 5 === 0) parts.push(`\n\`\`\`console\n$ kubectl get pods\nNAME   READY\napi-${step}   1/1\n\`\`\`\n`);
  }
  return parts.join("");
}
