package import Keys
import Synchronization

/// The tokens of a process, each found once: whoever asks for a key again works in the same session.
package final class HardwareTokens: Sendable {
    private let found = Mutex<[String: HardwareToken]>([:])
    private let credentials: String?

    /// The name of the credential that is a PIN.
    package static let credential = "cordon-pin"

    /// - Parameter credentials: the folder of systemd's credentials; nil where there is none.
    package init(credentials: String?) { self.credentials = credentials }

    /// The key of a token, by its URI. The PIN comes from the file that the URI names, or else from the credential.
    package func token(_ uri: String) throws(KeystoreError) -> HardwareToken {
        try found.withLock { (found) throws(KeystoreError) in
            if let token = found[uri] { return token }
            let token = try HardwareToken(uri) { [credentials] (parts) throws(KeystoreError) in
                guard
                    let pin = try Unlocking.secret(
                        file: parts.pinSource, credential: Self.credential, of: credentials)
                else {
                    throw .token(
                        uri: uri,
                        reason: "its PIN is missing; name its file in the URI with pin-source, or hand it over as the "
                            + "systemd credential \(Self.credential)")
                }
                return pin
            }
            found[uri] = token
            return token
        }
    }
}
