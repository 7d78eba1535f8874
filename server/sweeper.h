/* sweeper.h - deletes rooms that nobody used for as long as they were to be kept. */
#ifndef SERVER_SWEEPER_H
#define SERVER_SWEEPER_H

#include "server/app.h"

/* sweeper_run - look once, from any thread; a small batch at a time, more batches while there is
 * more to delete.  A room that is in memory counts as used and is spared. */
void sweeper_run(app *a);

#endif
