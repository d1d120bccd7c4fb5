import { describe, expect, it } from "vitest";
import { exampleBlock } from "./example.ts";
import { piecesOf, variablesUsed } from "./highlight.ts";

const names = new Set(["RELEASE"]);
const block = exampleBlock(0, "# set it\nhelm upgrade <name> --set tag=$RELEASE --set x=$OTHER\n");
const joined = (pieces: { text: string }[]) => pieces.map((piece) => piece.text).join("");

describe("a command in pieces", () => {
  it("marks placeholders without a value, comments and declared parameters", () => {
    const pieces = piecesOf(block, {}, null, names);
    expect(pieces.map((piece) => piece.kind)).toEqual(["comment", "text", "missing", "text", "variable", "text"]);
    expect(joined(pieces)).toBe(block.commands.trimEnd());
  });
  it("marks the value in the place of its placeholder", () => {
    const pieces = piecesOf(block, { name: "api" }, null, names);
    expect(pieces.find((piece) => piece.kind === "value")).toEqual({ kind: "value", text: "api", name: "name" });
  });
  it("shows what was sent exactly, also where it is not what the window would have made", () => {
    const sent = "helm upgrade other --set tag=$RELEASE\n";
    const pieces = piecesOf(block, { name: "api" }, sent, names);
    expect(joined(pieces)).toBe(sent.trimEnd());
    expect(pieces.some((piece) => piece.kind === "value")).toBe(false);
    expect(piecesOf(block, { name: "api" }, block.commands.replace("<name>", "api"), names).some((piece) => piece.kind === "value")).toBe(
      true,
    );
  });
  it("lists the declared parameters a command reads, each once", () => {
    expect(variablesUsed(`echo $RELEASE \${RELEASE} $HOME`, names)).toEqual(["RELEASE"]);
  });
});
