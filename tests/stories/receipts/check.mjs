// SPDX-License-Identifier: Apache-2.0
// A receipt checked offline, with nothing but Node's standard library: check.mjs KEYS.json RECEIPT
// KEYS.json is a saved answer of GET /v1/keys. Prints what the receipt says; exit code 3 when it does not hold.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [keysFile, receipt] = process.argv.slice(2);
const key = JSON.parse(readFileSync(keysFile, "utf8")).receipt.public_key;
const publicKey = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: key } });
const kid = createHash("sha256").update(Buffer.from(key, "base64url")).digest("hex").slice(0, 8);

function check(text) {
	const [payload, signature, ...rest] = text.split(".").map((part) => Buffer.from(part, "base64url"));
	if (!signature || rest.length || [payload, signature].map((part) => part.toString("base64url")).join(".") !== text)
		throw new Error("it is not a receipt");
	if (!verify(null, Buffer.concat([Buffer.from("muniment-receipt-v1\n"), payload]), publicKey, signature))
		throw new Error("the key did not sign it");
	const says = JSON.parse(payload);
	if (says.v !== 1 || says.kid !== kid || says.decision !== "allow")
		throw new Error("it is a receipt of another kind");
	return says;
}

try {
	console.log(JSON.stringify(check(receipt)));
} catch (error) {
	console.error(error.message);
	process.exitCode = 3;
}
