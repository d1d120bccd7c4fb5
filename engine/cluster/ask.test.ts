import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askIdentity } from "./ask-identity.ts";
import { Connection } from "./connection.ts";
import {
  connectionTo,
  type FakeApi,
  KUBE_SYSTEM,
  NOT_FOUND,
  namespaceWith,
  oneContext,
  openFakeApi,
  REVIEW_BETA,
  REVIEW_V1,
  TOKEN_REVIEW,
} from "./fake-api.ts";
import { askPrincipal, nameInRefusal } from "./principal.ts";

let api: FakeApi;
beforeEach(async () => {
  api = await openFakeApi();
});
afterEach(async () => {
  await api.close();
  expect(api.unplanned).toEqual([]);
});

const forbidden = (user: string) => ({
  status: 403,
  body: { kind: "Status", message: `namespaces "kube-system" is forbidden: User "${user}" cannot get resource "namespaces"` },
});

describe("the identity", () => {
  const ask = () => askIdentity(connectionTo(api.url));

  it("is full with the UID of kube-system", async () => {
    api.plan({ [KUBE_SYSTEM]: namespaceWith("uid-1") });
    expect(await ask()).toMatchObject({
      state: "proved",
      identity: { kubeSystemUid: "uid-1", strength: "full", namespace: "core", user: "u" },
    });
  });

  it("is weaker where kube-system is forbidden, and says so", async () => {
    api.plan({ [KUBE_SYSTEM]: forbidden("jane") });
    expect(await ask()).toMatchObject({
      state: "proved",
      identity: { kubeSystemUid: null, strength: "weak" },
      because: expect.stringContaining("may not be read"),
    });
  });

  it("is expired at 401: the server is there and refuses the credentials", async () => {
    api.plan({ [KUBE_SYSTEM]: { status: 401 } });
    expect(await ask()).toMatchObject({ state: "expired", identity: null });
  });

  it.each([500, 503, 429])("is unreachable, not different, while the server answers %i", async (status) => {
    api.plan({ [KUBE_SYSTEM]: { status } });
    expect(await ask()).toMatchObject({ state: "unreachable", identity: null });
  });

  it("differs where something else answers: a page, a redirect, a 404", async () => {
    for (const reply of [
      { status: 200, body: "<html>Log in to the network</html>" },
      { status: 302, headers: { location: "https://x.test" } },
      NOT_FOUND,
    ]) {
      api.plan({ [KUBE_SYSTEM]: reply });
      expect(await ask()).toMatchObject({ state: "differs", identity: null });
    }
  });

  it("is unreachable where nothing listens", async () => {
    const closed = await openFakeApi();
    await closed.close();
    expect(await askIdentity(connectionTo(closed.url))).toMatchObject({
      state: "unreachable",
      because: expect.stringContaining("nothing listens there"),
    });
  });

  it("measures this machine's clock against the server's Date", async () => {
    api.plan({ [KUBE_SYSTEM]: { ...namespaceWith("uid"), headers: { date: "Thu, 01 Jan 2026 00:00:00 GMT" } } });
    const tenSecondsAhead = Date.parse("2026-01-01T00:00:10.500Z");
    const answer = await askIdentity(new Connection(oneContext(api.url), {}, () => tenSecondsAhead));
    expect(answer.clockOffsetMs).toBe(10_000);
  });
});

describe("the principal", () => {
  const reviewed = (username: string, groups: string[] = []) => ({ status: 201, body: { status: { userInfo: { username, groups } } } });
  const old = { [REVIEW_V1]: NOT_FOUND, [REVIEW_BETA]: NOT_FOUND };

  it("is the server's own word where it has SelfSubjectReview", async () => {
    api.plan({ [REVIEW_V1]: reviewed("jane", ["release"]) });
    expect(await askPrincipal(connectionTo(api.url))).toEqual({
      username: "jane",
      groups: ["release"],
      source: "selfsubjectreview",
      note: "",
      isShared: false,
    });
  });

  it("is asked in the beta of 1.27 too, and from then on only there", async () => {
    api.plan({ [REVIEW_V1]: NOT_FOUND, [REVIEW_BETA]: reviewed("jane") });
    const connection = connectionTo(api.url);
    expect((await askPrincipal(connection)).source).toBe("selfsubjectreview");
    expect((await askPrincipal(connection)).username).toBe("jane");
    expect(api.requests).toEqual([REVIEW_V1, REVIEW_BETA, REVIEW_BETA]);
  });

  it("is from a TokenReview on an old server, with a word on it", async () => {
    api.plan({
      ...old,
      [TOKEN_REVIEW]: { status: 201, body: { status: { authenticated: true, user: { username: "jane", groups: ["a"] } } } },
    });
    expect(await askPrincipal(connectionTo(api.url))).toMatchObject({
      username: "jane",
      groups: ["a"],
      source: "tokenreview",
      note: expect.stringContaining("1.28"),
    });
  });

  it("is the name in the server's refusal where that is forbidden", async () => {
    api.plan({
      ...old,
      [TOKEN_REVIEW]: {
        status: 403,
        body: { message: 'tokenreviews.authentication.k8s.io is forbidden: User "jane" cannot create resource "tokenreviews"' },
      },
    });
    expect(await askPrincipal(connectionTo(api.url))).toMatchObject({
      username: "jane",
      groups: [],
      note: expect.stringContaining("refusal"),
    });
  });

  it("is unknown, and says why, where nothing tells", async () => {
    api.plan({ ...old, [TOKEN_REVIEW]: { status: 500 } });
    expect(await askPrincipal(connectionTo(api.url))).toMatchObject({
      username: null,
      source: "unknown",
      note: expect.stringContaining("no other way"),
    });
  });

  it.each([
    ["jane", ["system:masters"], true],
    ["kubernetes-admin", [], true],
    ["system:serviceaccount:ci:deployer", [], true],
    ["jane", ["admins"], false],
    ["administrator-jane", [], false],
  ])("%s in %j counts as shared: %s", async (username, groups, isShared) => {
    api.plan({ [REVIEW_V1]: reviewed(username, groups) });
    expect((await askPrincipal(connectionTo(api.url))).isShared).toBe(isShared);
  });

  it("is never read out of anything but a refusal", () => {
    expect(nameInRefusal({ status: 404, body: { message: 'User "x" cannot ' } })).toBeNull();
    expect(nameInRefusal({ status: 403, body: { message: "no" } })).toBeNull();
    expect(nameInRefusal({ status: 403, body: null })).toBeNull();
  });
});
