import Cglibc
import Foundation

/// Random bytes of the system's generator (getrandom(2)), in one call.
package func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
        while filled < count {
            let more = getrandom(bytes.baseAddress! + filled, count - filled, 0)
            // The generator is there from the kernel's start on; a signal may cut a long call short.
            precondition(more > 0 || errno == EINTR, "the system's random generator gives nothing")
            filled += max(more, 0)
        }
    }
}
