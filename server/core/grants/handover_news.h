/* SPDX-License-Identifier: Apache-2.0 */
/* handover_news - the mails about a handover: to the people of the clients before it begins and when it is over, and to
 * who takes over. Nobody of a client is left out, however many they are. */
#pragma once

#include "server/core/letters.h"
#include "store/nouns/handover.h"

struct handover_news {
	struct letters *sheets; /* in the desk's arena */
	size_t count, room;
};

/* handover_news_begin - to the people of the handover's clients, and the briefing to who takes over.
 * handover_news_extended - it lasts longer: to them, and to the two people. handover->until is the new end.
 * handover_news_end - it is over: who serves now, and how many grants of the stand-in ended. Clients that left are passed
 * over. Fails: as tell_prepare · NO_MEMORY. */
fallible handover_news_begin(const struct letters_desk *desk, const struct handover *handover,
	struct instant now, struct handover_news *news);
fallible handover_news_extended(const struct letters_desk *desk, const struct handover *handover,
	struct instant now, struct handover_news *news);
fallible handover_news_end(const struct letters_desk *desk, const struct handover *handover,
	struct instant now, struct handover_news *news);

/* handover_news_label - "Aino Virtanen → Väinö Laine": what other mails call a handover. In the desk's arena. */
fallible handover_news_label(
	const struct letters_desk *desk, struct id from, struct id to, struct span *label);

/* handover_news_write - into the outbox; in the act. */
fallible handover_news_write(struct act *act, const struct handover_news *news);
