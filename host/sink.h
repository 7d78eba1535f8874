/* sink.h - what rooms ask for (room_sink), and the store's answers to it.  Private to host/. */
#ifndef HOST_SINK_H
#define HOST_SINK_H

#include "host/table.h"

room_sink sink_of(room_host *h);

/* sink_post_batch - the rows of this turn are on their way.  sink_note_use - write down that the
 * room is in use, so that it does not expire. */
void sink_post_batch(room_host *h);
void sink_note_use(hosted *at, int64_t now_ms);

#endif
