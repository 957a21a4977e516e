import Cglibc
import Foundation

/// Keeps what a process holds to its own user: files that it makes are the owner's alone, and its memory, where keys are, goes into
/// no core dump. At the start of every command, before it makes a file or reads a key.
package func confineProcess() {
    umask(0o077)
    precondition(cordon_forbid_dumps() == 0, "the system does not let a process forbid dumps of its memory")
}

/// Whether this process' memory may be dumped, and read by a debugger of the same user.
package func mayDump() -> Bool { cordon_may_dump() != 0 }
