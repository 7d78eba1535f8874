/* crc32c.h - the sum kept beside all stored bytes.  Private to store/. */
#ifndef STORE_CRC32C_H
#define STORE_CRC32C_H

#include "base/bytes.h"

/* crc32c - Castagnoli, as SSE 4.2, iSCSI and ext4 compute it. */
uint32_t crc32c(bytes s);

#endif
