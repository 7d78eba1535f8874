/* crc32c.c - four bits a step: a log row is tens of bytes, a table of 64 bytes stays in cache. */
#include "store/crc32c.h"

uint32_t crc32c(bytes s)
{
    static const uint32_t table[16] = {
        0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
        0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
        0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
    };
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.len_bytes; i++) {
        crc ^= s.ptr[i];
        crc = (crc >> 4) ^ table[crc & 15u];
        crc = (crc >> 4) ^ table[crc & 15u];
    }
    return ~crc;
}
