// A directory of identities (did:plc) in memory, and a personal data server that uses it.
// Arguments: the port of the server, the port of the directory, a directory for its data.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [port, plcPort, data] = process.argv.slice(2);
const require = createRequire(join(process.env.ANTENNE_PDS, "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const plc = await load("@did-plc/lib");
const { PDS, envToCfg, envToSecrets, readEnv } = await load("@atproto/pds");

const known = new Map();

function described(did, operation) {
  const lib = plc.default ?? plc;
  const { did: _did, ...document } = lib.opToData(did, operation);
  return { did, ...document };
}

function asDocument(did, known) {
  const methods = Object.entries(known.verificationMethods).map(([name, key]) => ({
    id: `${did}#${name}`, type: "Multikey", controller: did, publicKeyMultibase: key.replace("did:key:", ""),
  }));
  const services = Object.entries(known.services).map(([name, service]) => ({
    id: `#${name}`, type: service.type, serviceEndpoint: service.endpoint,
  }));
  return {
    "@context": ["https://www.w3.org/ns/did/v1"], id: did, alsoKnownAs: known.alsoKnownAs,
    verificationMethod: methods, service: services,
  };
}

createServer((request, response) => {
  const [did, what] = decodeURIComponent(request.url.slice(1)).split("/");
  const answer = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (request.method === "POST") {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      known.set(did, described(did, JSON.parse(body)));
      answer(200, {});
    });
  } else if (!known.has(did)) answer(404, { message: "not registered" });
  else answer(200, what === "data" ? known.get(did) : asDocument(did, known.get(did)));
}).listen(Number(plcPort), "127.0.0.1");

const hex = (digit) => digit.repeat(64);
Object.assign(process.env, {
  PDS_PORT: port, PDS_HOSTNAME: "localhost", PDS_DEV_MODE: "1", PDS_DATA_DIRECTORY: data,
  PDS_BLOBSTORE_DISK_LOCATION: join(data, "blobs"), PDS_DID_PLC_URL: `http://127.0.0.1:${plcPort}`,
  PDS_INVITE_REQUIRED: "0", PDS_SERVICE_HANDLE_DOMAINS: ".test", PDS_JWT_SECRET: "jwt-secret-of-a-test",
  PDS_ADMIN_PASSWORD: "admin-of-a-test", PDS_DPOP_SECRET: hex("1"), PDS_RATE_LIMITS_ENABLED: "0",
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: hex("2"), LOG_ENABLED: "0",
});
const environment = readEnv();
const server = await PDS.create(envToCfg(environment), envToSecrets(environment));
await server.start();
console.log("ready");
