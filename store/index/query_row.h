/* SPDX-License-Identifier: Apache-2.0 */
/* query_row - whether a row that is not folded yet may be what a query looks for. */
#pragma once

#include "store/index/query.h"

/* query_row_takes - its range and order do not count. Where phrases are asked for the row has to be opened and
 * compared. query_row_in_time - whether a time is inside the query's. */
bool query_row_takes(const struct query *query, const struct tail_row *row);
bool query_row_in_time(const struct query *query, struct instant time);
