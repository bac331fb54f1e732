/* SPDX-License-Identifier: Apache-2.0 */
/* notify - tell systemd how far the service is (sd_notify, Type=notify). */
#pragma once

#include "base/err.h"

/* notify_send - one state: "READY=1", "STOPPING=1", "WATCHDOG=1".
 *
 *   name  conf->notify_socket: a path, or '@' and an abstract name; "" = nobody asked, nothing is sent
 * Fails: INPUT no such name · IO. Source: sd_notify(3), "Standalone Implementations". */
fallible notify_send(const char *name, const char *state);
