/* banned.h - libc calls that this project does not use, made into compile errors.
 *
 * Forced into every file by the build (-include).  System headers come first, so that their own
 * declarations are not touched.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>  // IWYU pragma: keep
#include <stdlib.h> // IWYU pragma: keep
#include <string.h> // IWYU pragma: keep
#include <time.h>   // IWYU pragma: keep

#pragma GCC poison strcpy strcat strncpy sprintf vsprintf gets strtok atoi atol rand localtime
#pragma GCC poison gmtime ctime system popen

#endif
