#include "storage/sqlite_fault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <map>
#include <new>
#include <set>
#include <vector>

#include "base/mutex.h"

namespace slipway::storage {
namespace {

constexpr std::size_t kSector = 512;

/// The memory that connections to one database share, and the locks on its slots.
struct SharedMemory {
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<int, SQLITE_SHM_NLOCK> readers{};
  std::array<bool, SQLITE_SHM_NLOCK> writers{};
};

/// One file's life between two crashes.
struct File {
  std::string content;          ///< what a reader sees
  std::string durable;          ///< what a crash leaves
  std::set<std::size_t> dirty;  ///< sectors written since the last sync
  bool synced = false;          ///< its name is in the folder for good
  bool crashed = false;
  int shared_locks = 0;
  bool reserved = false, pending = false, exclusive = false;
  std::shared_ptr<SharedMemory> memory = std::make_shared<SharedMemory>();

  void write(std::string_view bytes, std::size_t at) {
    content.resize(std::max(content.size(), at + bytes.size()));
    content.replace(at, bytes.size(), bytes);
    for (std::size_t sector = at / kSector; sector * kSector < at + bytes.size(); ++sector) dirty.insert(sector);
  }

  void make_durable(std::size_t sector) {
    const std::size_t from = sector * kSector;
    if (from >= content.size()) return;
    const std::size_t size = std::min(kSector, content.size() - from);
    durable.resize(std::max(durable.size(), from + size));
    durable.replace(from, size, content, from, size);
  }

  void sync() {
    synced = true;
    durable.resize(content.size());
    for (const auto sector : dirty) make_durable(sector);
    dirty.clear();
  }
};

struct Fault {
  int countdown = 0;  ///< 0: none
  SqliteFaultVfs::Failure failure{};
  bool from_then_on = false;
};

}  // namespace

/// All state, under one mutex.
class SqliteFaultVfs::Disk {
 public:
  explicit Disk(std::string name);
  ~Disk() { sqlite3_vfs_unregister(&vfs); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// Whether this operation is to fail, and how.
  const Fault* next(Operation operation) SLIPWAY_REQUIRES(mutex) {
    ++counts[static_cast<std::size_t>(operation)];
    Fault& fault = faults[static_cast<std::size_t>(operation)];
    if (fault.countdown == 0 || --fault.countdown > 0) return nullptr;
    if (fault.from_then_on) fault.countdown = 1;
    return &fault;
  }

  /// Returns once the disk answers.
  void wait_while_frozen(Lock& lock) SLIPWAY_REQUIRES(mutex) {
    while (frozen) lock.wait(thawed);
  }

  const std::string name;
  sqlite3_vfs vfs{};
  Mutex mutex;
  std::map<std::string, std::shared_ptr<File>> files SLIPWAY_GUARDED_BY(mutex);
  std::array<Fault, kOperations> faults SLIPWAY_GUARDED_BY(mutex){};
  std::array<int, kOperations> counts SLIPWAY_GUARDED_BY(mutex){};
  bool frozen SLIPWAY_GUARDED_BY(mutex) = false;
  std::condition_variable thawed;
  unsigned char next_random SLIPWAY_GUARDED_BY(mutex) = 0;
  Duration waited SLIPWAY_GUARDED_BY(mutex){0};
};

/// What SQLite calls.
struct SqliteFaultVfs::Calls {
  /// SQLite's handle of an open file.
  struct Handle : sqlite3_file {
    Handle(Disk& d, std::shared_ptr<File> f) : sqlite3_file{&methods}, disk(d), file(std::move(f)) {}
    Disk& disk;
    std::shared_ptr<File> file;
    int lock = SQLITE_LOCK_NONE;
    std::shared_ptr<SharedMemory> memory = {};  ///< while mapped
    unsigned reading = 0, writing = 0;          ///< slots of it that this handle has locked, as bits
  };

  /// `io_error`: what the operation answers for one.
  static int code_of(Failure failure, int io_error) {
    switch (failure) {
      case Failure::io_error:
        return io_error;
      case Failure::disk_full:
        return SQLITE_FULL;
      case Failure::busy:
        return SQLITE_BUSY;
      case Failure::locking_protocol:
        return SQLITE_PROTOCOL;
      case Failure::corrupt:
        return SQLITE_CORRUPT;
      case Failure::read_only:
        return SQLITE_READONLY;
      case Failure::no_memory:
        return SQLITE_NOMEM;
    }
    return io_error;
  }

  static Handle& handle_of(sqlite3_file* file) { return *static_cast<Handle*>(file); }
  static Disk& disk_of(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

  // Files ---------------------------------------------------------------------------------------------------------

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* out, int flags, int* out_flags) {
    out->pMethods = nullptr;
    Disk& disk = disk_of(vfs);
    const Lock lock(disk.mutex);
    std::shared_ptr<File> file;
    if (name == nullptr) {
      file = std::make_shared<File>();  // a temporary one
    } else if (const auto found = disk.files.find(name); found != disk.files.end()) {
      file = found->second;
    } else if ((flags & SQLITE_OPEN_CREATE) != 0) {
      file = disk.files.emplace(name, std::make_shared<File>()).first->second;
    } else {
      return SQLITE_CANTOPEN;
    }
    new (out) Handle(disk, std::move(file));
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }

  static int close(sqlite3_file* raw) {
    shm_unmap(raw, 0);
    unlock(raw, SQLITE_LOCK_NONE);
    handle_of(raw).~Handle();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* raw, void* out, int size, sqlite3_int64 at) {
    Handle& handle = handle_of(raw);
    const Lock lock(handle.disk.mutex);
    if (handle.file->crashed) return SQLITE_IOERR_READ;
    if (const Fault* fault = handle.disk.next(Operation::read)) return code_of(fault->failure, SQLITE_IOERR_READ);
    const std::string& content = handle.file->content;
    const auto from = std::min(static_cast<std::size_t>(at), content.size());
    const auto available = std::min(static_cast<std::size_t>(size), content.size() - from);
    std::memcpy(out, content.data() + from, available);
    std::memset(static_cast<char*>(out) + available, 0, static_cast<std::size_t>(size) - available);
    return available == static_cast<std::size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* raw, const void* data, int size, sqlite3_int64 at) {
    Handle& handle = handle_of(raw);
    Lock lock(handle.disk.mutex);
    handle.disk.wait_while_frozen(lock);
    if (handle.file->crashed) return SQLITE_IOERR_WRITE;
    const std::string_view bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
    const Fault* fault = handle.disk.next(Operation::write);
    handle.file->write(fault == nullptr ? bytes : bytes.substr(0, bytes.size() / 2), static_cast<std::size_t>(at));
    if (fault == nullptr) return SQLITE_OK;
    return code_of(fault->failure, SQLITE_IOERR_WRITE);
  }

  static int truncate(sqlite3_file* raw, sqlite3_int64 size) {
    Handle& handle = handle_of(raw);
    const Lock lock(handle.disk.mutex);
    if (handle.file->crashed) return SQLITE_IOERR_TRUNCATE;
    handle.file->content.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* raw, int) {
    Handle& handle = handle_of(raw);
    Lock lock(handle.disk.mutex);
    handle.disk.wait_while_frozen(lock);
    if (handle.file->crashed) return SQLITE_IOERR_FSYNC;
    if (const Fault* fault = handle.disk.next(Operation::sync)) {
      handle.file->dirty.clear();  // the kernel takes the pages for clean now: no later sync saves them
      return code_of(fault->failure, SQLITE_IOERR_FSYNC);
    }
    handle.file->sync();
    return SQLITE_OK;
  }

  static int size(sqlite3_file* raw, sqlite3_int64* out) {
    Handle& handle = handle_of(raw);
    const Lock lock(handle.disk.mutex);
    *out = static_cast<sqlite3_int64>(handle.file->content.size());
    return SQLITE_OK;
  }

  // Locks (https://www.sqlite.org/lockingv3.html) -------------------------------------------------------------------

  static int lock(sqlite3_file* raw, int wanted) {
    Handle& handle = handle_of(raw);
    File& file = *handle.file;
    const Lock guard(handle.disk.mutex);
    if (wanted <= handle.lock) return SQLITE_OK;
    if (const Fault* fault = handle.disk.next(Operation::lock)) return code_of(fault->failure, SQLITE_IOERR_LOCK);
    if (wanted == SQLITE_LOCK_SHARED) {
      if (file.pending || file.exclusive) return SQLITE_BUSY;
      ++file.shared_locks;
    } else if (wanted == SQLITE_LOCK_RESERVED) {
      if (file.reserved) return SQLITE_BUSY;
      file.reserved = true;
    } else {
      const bool others_write = file.reserved && handle.lock < SQLITE_LOCK_RESERVED;
      const bool others_wait = file.pending && handle.lock < SQLITE_LOCK_PENDING;
      if (others_write || others_wait) return SQLITE_BUSY;
      file.reserved = file.pending = true;
      if (file.shared_locks > 1) {
        handle.lock = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
      }
      file.exclusive = true;
    }
    handle.lock = wanted;
    return SQLITE_OK;
  }

  static int unlock(sqlite3_file* raw, int wanted) {
    Handle& handle = handle_of(raw);
    File& file = *handle.file;
    const Lock guard(handle.disk.mutex);
    if (handle.lock >= SQLITE_LOCK_PENDING) file.pending = file.exclusive = false;
    if (handle.lock >= SQLITE_LOCK_RESERVED) file.reserved = false;
    if (handle.lock >= SQLITE_LOCK_SHARED && wanted == SQLITE_LOCK_NONE) --file.shared_locks;
    handle.lock = std::min(handle.lock, wanted);
    return SQLITE_OK;
  }

  static int check_reserved_lock(sqlite3_file* raw, int* out) {
    Handle& handle = handle_of(raw);
    const Lock guard(handle.disk.mutex);
    *out = handle.file->reserved ? 1 : 0;
    return SQLITE_OK;
  }

  // Shared memory -------------------------------------------------------------------------------------------------

  static int shm_map(sqlite3_file* raw, int region, int size, int extend, void volatile** out) {
    Handle& handle = handle_of(raw);
    const Lock guard(handle.disk.mutex);
    if (handle.file->crashed) return SQLITE_IOERR_SHMMAP;
    if (!handle.memory) handle.memory = handle.file->memory;
    auto& regions = handle.memory->regions;
    while (extend != 0 && std::ssize(regions) <= region) {
      regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    }
    *out = region < std::ssize(regions) ? regions[static_cast<std::size_t>(region)].get() : nullptr;
    return SQLITE_OK;
  }

  static int shm_lock(sqlite3_file* raw, int first, int count, int flags) {
    Handle& handle = handle_of(raw);
    const Lock guard(handle.disk.mutex);
    if (!handle.memory) return SQLITE_IOERR_SHMLOCK;
    SharedMemory& memory = *handle.memory;
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    if ((flags & SQLITE_SHM_UNLOCK) == 0) {
      if (const Fault* fault = handle.disk.next(Operation::lock)) return code_of(fault->failure, SQLITE_IOERR_SHMLOCK);
    }
    for (int i = first; i < first + count; ++i) {
      const auto slot = static_cast<std::size_t>(i);
      const unsigned bit = 1u << i;
      if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        release_slot(handle, slot);
      } else if (((handle.writing | (exclusive ? 0 : handle.reading)) & bit) == 0) {
        const int other_readers = memory.readers[slot] - ((handle.reading & bit) != 0 ? 1 : 0);
        if (memory.writers[slot] || (exclusive && other_readers > 0)) {
          while (--i >= first) release_slot(handle, static_cast<std::size_t>(i));
          return SQLITE_BUSY;
        }
        exclusive ? void(memory.writers[slot] = true) : void(++memory.readers[slot]);
        (exclusive ? handle.writing : handle.reading) |= bit;
      }
    }
    return SQLITE_OK;
  }

  static void release_slot(Handle& handle, std::size_t slot) {
    const unsigned bit = 1u << slot;
    if ((handle.writing & bit) != 0) handle.memory->writers[slot] = false;
    if ((handle.reading & bit) != 0) --handle.memory->readers[slot];
    handle.writing &= ~bit;
    handle.reading &= ~bit;
  }

  static void shm_barrier(sqlite3_file* raw) { const Lock guard(handle_of(raw).disk.mutex); }

  static int shm_unmap(sqlite3_file* raw, int remove) {
    Handle& handle = handle_of(raw);
    const Lock guard(handle.disk.mutex);
    if (!handle.memory) return SQLITE_OK;
    for (std::size_t slot = 0; slot < SQLITE_SHM_NLOCK; ++slot) release_slot(handle, slot);
    if (remove != 0) handle.file->memory = std::make_shared<SharedMemory>();
    handle.memory.reset();
    return SQLITE_OK;
  }

  // The rest ------------------------------------------------------------------------------------------------------

  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 4096; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int remove(sqlite3_vfs* vfs, const char* name, int) {
    Disk& disk = disk_of(vfs);
    const Lock guard(disk.mutex);
    return disk.files.erase(name) != 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }

  static int access(sqlite3_vfs* vfs, const char* name, int, int* out) {
    Disk& disk = disk_of(vfs);
    const Lock guard(disk.mutex);
    *out = disk.files.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }

  /// SQLite wants different numbers (for the salt of its log), not secret ones.
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    Disk& disk = disk_of(vfs);
    const Lock guard(disk.mutex);
    for (int i = 0; i < size; ++i) out[i] = static_cast<char>(++disk.next_random * 157);
    return size;
  }

  static int sleep(sqlite3_vfs* vfs, int micros) {
    Disk& disk = disk_of(vfs);
    const Lock guard(disk.mutex);
    disk.waited += Duration(micros);
    return micros;
  }

  static int current_time(sqlite3_vfs*, sqlite3_int64* out) {
    *out = 210866760000000;  // 1970-01-01 as milliseconds of Julian days
    return SQLITE_OK;
  }

  static const sqlite3_io_methods methods;
};

const sqlite3_io_methods SqliteFaultVfs::Calls::methods{
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

SqliteFaultVfs::Disk::Disk(std::string n) : name(std::move(n)) {
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Calls::Handle);
  vfs.mxPathname = 512;
  vfs.zName = name.c_str();
  vfs.pAppData = this;
  vfs.xOpen = Calls::open;
  vfs.xDelete = Calls::remove;
  vfs.xAccess = Calls::access;
  vfs.xFullPathname = Calls::full_path;
  vfs.xRandomness = Calls::randomness;
  vfs.xSleep = Calls::sleep;
  vfs.xCurrentTimeInt64 = Calls::current_time;
  sqlite3_vfs_register(&vfs, 0);
}

SqliteFaultVfs::SqliteFaultVfs(std::string name) : disk_(std::make_unique<Disk>(std::move(name))) {}
SqliteFaultVfs::~SqliteFaultVfs() = default;

std::string_view SqliteFaultVfs::name_of(Operation operation) {
  constexpr std::array<std::string_view, kOperations> names{"read", "write", "sync", "lock"};
  return names.at(static_cast<std::size_t>(operation));
}

std::string_view SqliteFaultVfs::name_of(Failure failure) {
  constexpr std::array<std::string_view, kFailures> names{"I/O error", "disk full", "busy",     "locking protocol",
                                                          "corrupt",   "read-only", "no memory"};
  return names.at(static_cast<std::size_t>(failure));
}

const std::string& SqliteFaultVfs::name() const { return disk_->name; }

void SqliteFaultVfs::crash(Random* luck) {
  const Lock guard(disk_->mutex);
  for (auto it = disk_->files.begin(); it != disk_->files.end();) {
    File& before = *it->second;
    before.crashed = true;
    const auto survives = [&] { return luck != nullptr && luck->below(2) == 0; };
    if (!before.synced && !survives()) {
      it = disk_->files.erase(it);
      continue;
    }
    for (const auto sector : before.dirty) {
      if (survives()) before.make_durable(sector);
    }
    auto after = std::make_shared<File>();
    after->content = after->durable = std::move(before.durable);
    after->synced = true;
    it->second = std::move(after);
    ++it;
  }
}

void SqliteFaultVfs::fail(Operation operation, int nth, Failure failure, bool from_then_on) {
  const Lock guard(disk_->mutex);
  disk_->faults[static_cast<std::size_t>(operation)] = {nth, failure, from_then_on};
}

void SqliteFaultVfs::heal() {
  const Lock guard(disk_->mutex);
  disk_->faults = {};
  disk_->frozen = false;
  disk_->thawed.notify_all();
}

void SqliteFaultVfs::freeze() {
  const Lock guard(disk_->mutex);
  disk_->frozen = true;
}

Duration SqliteFaultVfs::waited() const {
  const Lock guard(disk_->mutex);
  return disk_->waited;
}

int SqliteFaultVfs::count(Operation operation) const {
  const Lock guard(disk_->mutex);
  return disk_->counts[static_cast<std::size_t>(operation)];
}

}  // namespace slipway::storage
