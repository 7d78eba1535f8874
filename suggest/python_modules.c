#include "suggest/python_modules.h"

static const char module_names[] =
    "__future__ abc aifc argparse array ast asyncio atexit audioop base64 bdb binascii bisect "
    "builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections "
    "colorsys compileall concurrent configparser contextlib contextvars copy copyreg crypt "
    "csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings "
    "ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib "
    "functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http "
    "imaplib imghdr importlib inspect io ipaddress itertools json keyword linecache locale "
    "logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder multiprocessing "
    "netrc nis nntplib numbers operator optparse os ossaudiodev pathlib pdb pickle "
    "pickletools pipes pkgutil platform plistlib poplib posixpath pprint profile pstats pty "
    "pwd py_compile pyclbr pydoc queue quopri random re readline reprlib resource rlcompleter "
    "runpy sched secrets select selectors shelve shlex shutil signal site smtplib sndhdr "
    "socket socketserver spwd sqlite3 ssl stat statistics string stringprep struct subprocess "
    "sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap "
    "threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty "
    "turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave "
    "weakref webbrowser wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo";

static const python_members modules[] = {
    {"collections",
     "ChainMap: Counter: OrderedDict: UserDict: UserList: UserString: defaultdict: deque: "
     "namedtuple("},
    {"datetime", "MAXYEAR MINYEAR UTC date: datetime: time: timedelta: timezone: tzinfo:"},
    {"functools",
     "WRAPPER_ASSIGNMENTS WRAPPER_UPDATES cache( cached_property: cmp_to_key( lru_cache( "
     "partial: partialmethod: reduce( singledispatch( singledispatchmethod: total_ordering( "
     "update_wrapper( wraps("},
    {"itertools",
     "accumulate( batched: chain( combinations( combinations_with_replacement( compress( "
     "count( cycle( dropwhile( filterfalse( groupby( islice( pairwise( permutations( product( "
     "repeat( starmap( takewhile( tee( zip_longest("},
    {"json", "JSONDecodeError: JSONDecoder: JSONEncoder: dump( dumps( load( loads("},
    {"math",
     "acos( acosh( asin( asinh( atan( atan2( atanh( cbrt( ceil( comb( copysign( cos( cosh( "
     "degrees( dist( e erf( erfc( exp( exp2( expm1( fabs( factorial( floor( fmod( frexp( fsum( "
     "gamma( gcd( hypot( inf isclose( isfinite( isinf( isnan( isqrt( lcm( ldexp( lgamma( log( "
     "log10( log1p( log2( modf( nan nextafter( perm( pi pow( prod( radians( remainder( sin( "
     "sinh( sqrt( sumprod( tan( tanh( tau trunc( ulp("},
    {"os",
     "DirEntry: PathLike: abort( access( altsep chdir( chmod( close( cpu_count( curdir devnull "
     "environ execv( fdopen( fspath( fsync( get_terminal_size( getcwd( getenv( getlogin( "
     "getpid( getppid( kill( linesep link( listdir( lstat( makedirs( mkdir( name open( path "
     "pipe( popen( putenv( read( readlink( remove( removedirs( rename( replace( rmdir( "
     "scandir( sep stat( symlink( system( truncate( umask( uname( unlink( urandom( utime( "
     "walk( write("},
    {"os.path",
     "abspath( basename( commonpath( commonprefix( dirname( exists( expanduser( expandvars( "
     "getatime( getctime( getmtime( getsize( isabs( isdir( isfile( islink( ismount( join( "
     "lexists( normpath( realpath( relpath( samefile( sep split( splitdrive( splitext("},
    {"pathlib", "Path: PosixPath: PurePath: PurePosixPath: PureWindowsPath: WindowsPath:"},
    {"random",
     "Random: SystemRandom: betavariate( choice( choices( expovariate( gammavariate( gauss( "
     "getrandbits( getstate( lognormvariate( normalvariate( paretovariate( randbytes( randint( "
     "random( randrange( sample( seed( setstate( shuffle( triangular( uniform( "
     "vonmisesvariate( weibullvariate("},
    {"re", "A ASCII DOTALL I IGNORECASE L LOCALE M MULTILINE Match: NOFLAG Pattern: RegexFlag: S U "
           "UNICODE VERBOSE X compile( error: escape( findall( finditer( fullmatch( match( purge( "
           "search( split( sub( subn( template("},
    {"statistics",
     "NormalDist: StatisticsError: correlation( covariance( fmean( geometric_mean( "
     "harmonic_mean( linear_regression( mean( median( median_grouped( median_high( median_low( "
     "mode( multimode( pstdev( pvariance( quantiles( stdev( variance("},
    {"string",
     "Formatter: Template: ascii_letters ascii_lowercase ascii_uppercase capwords( digits "
     "hexdigits octdigits printable punctuation whitespace"},
    {"sys", "api_version argv byteorder exc_info( executable exit( flags float_info "
            "getdefaultencoding( getrecursionlimit( getrefcount( getsizeof( hash_info hexversion "
            "implementation int_info intern( maxsize maxunicode meta_path modules path platform "
            "prefix setrecursionlimit( stderr stdin stdout version version_info"},
    {"time",
     "CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_MONOTONIC_RAW CLOCK_PROCESS_CPUTIME_ID "
     "CLOCK_REALTIME CLOCK_TAI CLOCK_THREAD_CPUTIME_ID altzone asctime( clock_getres( "
     "clock_gettime( clock_gettime_ns( clock_settime( clock_settime_ns( ctime( daylight "
     "get_clock_info( gmtime( localtime( mktime( monotonic( monotonic_ns( perf_counter( "
     "perf_counter_ns( process_time( process_time_ns( pthread_getcpuclockid( sleep( strftime( "
     "strptime( struct_time: thread_time( thread_time_ns( time( time_ns( timezone tzname "
     "tzset("},
    {"typing", "Annotated: Any: Awaitable: Callable: ClassVar: Final: Generic: Iterable: Iterator: "
               "Literal: Mapping: NamedTuple: NoReturn: Optional: Protocol: Self: Sequence: "
               "TYPE_CHECKING TypeAlias: TypeVar: TypedDict: Union: cast( overload( override("},
};

/* `open` stands for what it returns. */
static const python_members types[] = {
    {"bytes",
     "capitalize( center( count( decode( endswith( expandtabs( find( fromhex( hex( index( "
     "isalnum( isalpha( isascii( isdigit( islower( isspace( istitle( isupper( join( ljust( "
     "lower( lstrip( maketrans( partition( removeprefix( removesuffix( replace( rfind( rindex( "
     "rjust( rpartition( rsplit( rstrip( split( splitlines( startswith( strip( swapcase( "
     "title( translate( upper( zfill("},
    {"dict", "clear( copy( fromkeys( get( items( keys( pop( popitem( setdefault( update( values("},
    {"float", "as_integer_ratio( conjugate( fromhex( hex( imag is_integer( real"},
    {"int", "as_integer_ratio( bit_count( bit_length( conjugate( denominator from_bytes( imag "
            "numerator real to_bytes("},
    {"list", "append( clear( copy( count( extend( index( insert( pop( remove( reverse( sort("},
    {"open",
     "buffer close( closed detach( encoding errors fileno( flush( isatty( line_buffering name "
     "newlines read( readable( readline( readlines( reconfigure( seek( seekable( tell( "
     "truncate( writable( write( write_through writelines("},
    {"set", "add( clear( copy( difference( difference_update( discard( intersection( "
            "intersection_update( isdisjoint( issubset( issuperset( pop( remove( "
            "symmetric_difference( symmetric_difference_update( union( update("},
    {"str",
     "capitalize( casefold( center( count( encode( endswith( expandtabs( find( format( "
     "format_map( index( isalnum( isalpha( isascii( isdecimal( isdigit( isidentifier( islower( "
     "isnumeric( isprintable( isspace( istitle( isupper( join( ljust( lower( lstrip( "
     "maketrans( partition( removeprefix( removesuffix( replace( rfind( rindex( rjust( "
     "rpartition( rsplit( rstrip( split( splitlines( startswith( strip( swapcase( title( "
     "translate( upper( zfill("},
    {"tuple", "count( index("},
};

const char *python_module_names(void)
{
    return module_names;
}

static const char *find(const python_members *lists, size_t count, bytes owner)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal(owner, bytes_of_str(lists[i].owner)))
            return lists[i].words;
    return NULL;
}

const char *python_module_members(bytes module)
{
    return find(modules, sizeof modules / sizeof modules[0], module);
}

const char *python_type_members(bytes type)
{
    return find(types, sizeof types / sizeof types[0], type);
}

bool python_member_next(const char **words, bytes *name, suggest_kind *kind)
{
    const char *start = *words;
    while (*start == ' ')
        start++;
    if (*start == 0)
        return false;
    size_t n = strcspn(start, " (:");
    *name = bytes_of(start, n);
    *kind = start[n] == '(' ? SUGGEST_METHOD : start[n] == ':' ? SUGGEST_CLASS : SUGGEST_PROPERTY;
    *words = start + n + (start[n] == '(' || start[n] == ':');
    return true;
}
