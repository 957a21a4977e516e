import Foundation
import Keys

/// All roles' keystores of one consortium, in a folder that goes with it.
final class SimulatedKeys {
    let folder: String

    /// A copy of another consortium's as they are now.
    init(copying other: String) throws {
        folder = NSTemporaryDirectory() + "cordon-simulated-keys-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: other, toPath: folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func of(_ role: String) -> FileKeystore { FileKeystore(directory: "\(folder)/\(role)") }
}
