/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tile - paths from strangers: whatever is read prints back to the same text. */
#include "crypto/tile.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span path = span_of(data, size);
	struct tile tile;
	char printed[TILE_PATH_MAX];
	if (err_failed(tile_parse(path, &tile)))
		return 0;
	assert(tile.level <= TILE_LEVEL_MAX && tile.width >= 1 && tile.width <= TILE_WIDTH);
	tile_path(&tile, printed);
	assert(span_is(path, printed));
	return 0;
}
