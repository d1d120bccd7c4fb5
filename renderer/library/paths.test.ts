import { describe, expect, it } from "vitest";
import { bySubject, completions, firstSentence, insideFolder, looksLikeFile } from "./paths.ts";

describe("a typed path", () => {
  it("is a file by its Markdown ending, else a folder", () => {
    expect(["a.md", "~/b.MARKDOWN ", "/srv/books", "/srv/books.d", "c.txt"].map(looksLikeFile)).toEqual([true, true, false, false, false]);
  });
  it("is completed first by what begins so, then by what contains it, never by itself", () => {
    const known = ["/srv/books", "/home/dm/books", "/srv/notes", "/srv/books"];
    expect(completions("/srv", known)).toEqual(["/srv/books", "/srv/notes"]);
    expect(completions("BOOKS", known)).toEqual(["/srv/books", "/home/dm/books"]);
    expect(completions("/srv/books", known)).toEqual([]);
    expect(completions("", known, 2)).toEqual(["/srv/books", "/home/dm/books"]);
  });
  it("is shown inside its folder", () => {
    expect(insideFolder("/srv/books/team/a.md", "/srv/books")).toBe("team/a.md");
    expect(insideFolder("C:\\books\\a.md", "C:\\books")).toBe("a.md");
    expect(insideFolder("/other/a.md", "/srv/books")).toBe("/other/a.md");
  });
});

describe("documents of a folder", () => {
  it("stand under the folders they lie in: those of none first, built-in subjects in a night's order, others by name", () => {
    const entry = (path: string) => ({ path: `/books/${path}`, folder: "/books" });
    const groups = bySubject(["zoo/z.md", "back/a.md", "practice.md", "back/b.md", "deploy/c.md", "api/old/d.md"].map(entry));
    expect(groups.map(({ subject, entries }) => [subject, entries.map((one) => one.path.slice(7))])).toEqual([
      ["", ["practice.md"]],
      ["Deploy", ["deploy/c.md"]],
      ["The way back", ["back/a.md", "back/b.md"]],
      ["api/old", ["api/old/d.md"]],
      ["zoo", ["zoo/z.md"]],
    ]);
    expect(bySubject([{ path: "C:\\books\\data\\a.md", folder: "C:\\books" }])[0]?.subject).toBe("Data");
  });
});

describe("a description", () => {
  it("is one whole sentence", () => {
    expect(firstSentence("The new release starts beside the old one. Nobody uses it until …")).toBe(
      "The new release starts beside the old one.",
    );
    expect(firstSentence("Under 2.5 s? Yes. Always")).toBe("Under 2.5 s?");
    expect(firstSentence("no full stop")).toBe("no full stop");
  });
});
