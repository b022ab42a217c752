// Reads a checkpoint and a proof of inclusion with sigstore-js, which shares no code with Isthmus.
//
//   node verify.js < {"checkpoint": note, "name": origin, "id": hex, "key": base64 of 32 bytes,
//                     "index": n, "leaf": base64 of the entry, "proof": [base64 …]}
//
// Prints "OK size", or the reason and exits with 1.
"use strict";

const crypto = require("crypto");
const path = require("path");

const installed = path.join(process.argv[2], "node_modules", "@sigstore", "verify", "dist", "tlog");
const { verifyCheckpoint } = require(path.join(installed, "checkpoint.js"));
const { verifyMerkleInclusion } = require(path.join(installed, "merkle.js"));

// What precedes the 32 bytes of an Ed25519 key in its DER encoding (RFC 8410, section 4).
const DER_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

let input = "";
process.stdin.on("data", (part) => { input += part; });
process.stdin.on("end", () => {
  const asked = JSON.parse(input);
  const der = Buffer.concat([DER_PREFIX, Buffer.from(asked.key, "base64")]);
  const log = {
    baseURL: asked.name,
    logID: Buffer.from(asked.id, "hex"),
    publicKey: crypto.createPublicKey({ key: der, format: "der", type: "spki" }),
  };
  const entry = {
    canonicalizedBody: Buffer.from(asked.leaf, "base64"),
    inclusionProof: {
      checkpoint: { envelope: asked.checkpoint },
      hashes: asked.proof.map((hash) => Buffer.from(hash, "base64")),
      logIndex: String(asked.index),
    },
  };
  try {
    const checkpoint = verifyCheckpoint(entry, [log]);
    verifyMerkleInclusion(entry, checkpoint);
    console.log("OK", String(checkpoint.logSize));
  } catch (refusal) {
    console.log(refusal.message);
    process.exit(1);
  }
});
