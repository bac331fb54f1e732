/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_checkpoint - checkpoints and proof files from strangers; what is read prints back. */
#include "crypto/checkpoint.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_checkpoint(struct span text)
{
	scoped(buf) printed = BUF(text.len + 64);
	struct checkpoint checkpoint;
	if (err_failed(checkpoint_parse(text, &checkpoint)))
		return;
	checkpoint_put(&printed, &checkpoint);
	/* Extension lines are passed over: what is printed is the beginning. */
	assert(!err_failed(buf_check(&printed)) && span_starts(text, buf_span(&printed)));
}

static void read_proof(struct span text)
{
	scoped(buf) printed = BUF(text.len + 64);
	struct checkpoint_proof proof;
	if (err_failed(checkpoint_parse_proof(text, &proof)))
		return;
	assert(proof.path.count <= MERKLE_PROOF_MAX);
	checkpoint_put_proof(&printed, proof.index, &proof.path, proof.note);
	assert(proof.extra.len > 0 || span_equal(text, buf_span(&printed)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_checkpoint(span_of(data, size));
	read_proof(span_of(data, size));
	return 0;
}
