// An OpenID Connect issuer. A client is a user: client_id is the user's id, so it is the "sub" of the token that POST /token gives for it.
//   POST /token       grant_type=client_credentials, client_id, client_secret=secret, resource (the audience)
//   POST /rotate      from now on, tokens are signed with a new key, which is in the key set beside the old one
//   POST /sign        a token as no issuer gives it, with the newest key: { header, claims }; alg HS256 takes the public key for the secret, none signs nothing
import { createServer } from "node:http";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import Provider from "oidc-provider";

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const keys = [];
let provider;

async function rotate() {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = `key-${keys.length + 1}`;
  keys.unshift({ privateKey, publicKey, kid, jwk: { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" } });
  provider = new Provider(issuer, {
    jwks: { keys: keys.map((key) => key.jwk) },
    clients: ["42", "43", "0", "2147483648", "somebody"].map((id) => ({
      client_id: id,
      client_secret: "secret",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
    })),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({ scope: "", audience: resource, accessTokenFormat: "jwt", accessTokenTTL: 300, jwt: { sign: { alg: "RS256", kid: keys[0].kid } } }),
      },
    },
  });
}

async function sign({ header, claims }) {
  const { privateKey, publicKey, kid } = keys[0];
  if (header.alg === "none") return new UnsecuredJWT(claims).encode();
  const key = header.alg === "HS256" ? new TextEncoder().encode(await exportSPKI(publicKey)) : privateKey;
  return new SignJWT(claims).setProtectedHeader({ kid, ...header }).sign(key);
}

await rotate();
createServer(async (request, response) => {
  if (request.url === "/rotate") {
    await rotate();
    response.end();
  } else if (request.url === "/sign") {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.end(await sign(JSON.parse(body)));
  } else {
    provider.callback()(request, response);
  }
}).listen(port, "127.0.0.1", () => console.log("listening"));
