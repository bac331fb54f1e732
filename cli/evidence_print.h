/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_print - what an evidence file was found to prove, in a sentence or as JSON; and its rows. */
#pragma once

#include "cli/verify_evidence.h"

/* evidence_print_report - Fails: NO_MEMORY. */
enum evidence_print_form { EVIDENCE_PRINT_SENTENCE, EVIDENCE_PRINT_JSON };
fallible evidence_print_report(const struct verify_evidence_report *report, enum evidence_print_form form);

/* evidence_print_row - one JSON object in a line: what stands in clear, and the texts of the parts that were
 * opened. Fits verify_evidence_ask.row. */
void evidence_print_row(void *context, const struct verify_evidence_row *row);
