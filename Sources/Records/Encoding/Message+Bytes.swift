package import SwiftProtobuf

import struct Foundation.Data

extension Message {
    /// The message's Protobuf encoding. Fields that were read and not known are in it.
    package var encoded: [UInt8] {
        // Fails for missing required fields (proto2) and messages over 2 GiB: neither occurs here.
        (try? serializedBytes()) ?? []
    }

    /// Reads a message; nil where the bytes are not one.
    package init?(decoding bytes: [UInt8]) {
        guard let message = try? Self(serializedBytes: bytes) else { return nil }
        self = message
    }
}
