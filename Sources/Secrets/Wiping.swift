import Cglibc
import Foundation

/// Overwrites bytes with zeros where they are, which the compiler may not leave out. They must have one holder, as a local array
/// has that was lent and never kept: of a shared one the other holder's stay.
package func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { explicit_bzero(start, $0.count) } }
}
