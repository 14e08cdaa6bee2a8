// A real OpenID Connect provider (oidc-provider) for the tests: two issuers on two ports.
//
//   node provider.mjs PORT REDIRECT_URI [PORT REDIRECT_URI …]
//
// Anybody signs in with any address; one that begins with "unverified" isn't verified, one that
// begins with "silent" comes without that claim, one that begins with "nameless" without an address.
import Provider from "oidc-provider";

const claimsOf = (login) => ({
  sub: `sub-${login}`,
  name: "Aino Esimerkki",
  ...(login.startsWith("nameless") ? {} : { email: login }),
  ...(login.startsWith("silent") || login.startsWith("nameless")
    ? {}
    : { email_verified: !login.startsWith("unverified") }),
});

const [, , ...pairs] = process.argv;
for (let at = 0; at < pairs.length; at += 2) {
  const provider = new Provider(`http://127.0.0.1:${pairs[at]}`, {
    clients: [
      {
        client_id: "solmu",
        client_secret: "a-secret-of-the-tests-that-is-long-enough",
        redirect_uris: [pairs[at + 1]],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    cookies: { keys: ["tests"] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
  });
  await new Promise((done) => provider.listen(Number(pairs[at]), "127.0.0.1", done));
}
console.log("ready");
