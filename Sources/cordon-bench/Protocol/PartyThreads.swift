import Foundation
import Records
import Secrets
import Synchronization
import ThreeParty

/// The three parties of a bench, each a thread of this process, without sockets.
enum PartyThreads {
    /// Runs all three.
    ///
    /// - Parameter party: gets its links and its keys.
    /// - Returns: what each came to, in order.
    static func reports<Report: Sendable>(
        _ party: @escaping @Sendable (any Transport, consuming PairKeys) throws -> Report
    ) throws -> [Report] {
        let pairs = (0..<3).map { key in (0..<32).map { UInt8(truncatingIfNeeded: key * 32 + $0) } }
        let out = Mutex<[PartyID: Result<Report, any Error>]>([:])
        let group = DispatchGroup()
        for (id, link) in InProcessTransport.cell() {
            group.enter()
            let thread = Thread {
                let result = Result {
                    let keys = PairKeys(
                        withPrevious: SecretKey(bytes: pairs[id.rawValue]),
                        withNext: SecretKey(bytes: pairs[id.next.rawValue]))
                    return try party(link, keys)
                }
                out.withLock { $0[id] = result }
                group.leave()
            }
            thread.stackSize = 16 << 20
            thread.start()
        }
        group.wait()
        return try out.withLock { out in try PartyID.allCases.compactMap { try out[$0]?.get() } }
    }
}
