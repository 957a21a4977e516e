import Foundation
package import HTTPFront
import Terminal

extension APIServer.Settings {
    /// Where a server listens, and by which certificate, as `--http`, `--http-certificate`, `--http-key` and `--http-plain` say.
    ///
    /// - Throws: `Failure` where the address is none, where one of certificate and key is missing, and where neither is given for
    ///   an address that other machines reach, without `plain`.
    package init(http: String, certificate: String?, key: String?, plain: Bool) throws {
        guard let colon = http.lastIndex(of: ":"), colon > http.startIndex,
            let port = Int(http[http.index(after: colon)...]), (0...65_535).contains(port)
        else { throw Failure("`--http \(http)` is not HOST:PORT") }
        self.init(host: http[..<colon].trimmingCharacters(in: ["[", "]"]), port: port)
        switch (certificate, key) {
        case (let certificate?, let key?): tls = .init(certificate: certificate, key: key)
        case (nil, nil):
            guard plain || ["127.0.0.1", "::1", "localhost"].contains(host) else {
                throw Failure(
                    "`--http \(http)` can be reached from other machines: give `--http-certificate` and `--http-key`, or "
                        + "`--http-plain` where something else ends TLS")
            }
        default: throw Failure("`--http-certificate` and `--http-key` belong together")
        }
    }
}
