/// Reads what a record holds of ISO 20022: one message, or several in whatever holds them together.
enum ISORecord {
    /// Messages in document order, at least one. One that can't be read as a whole is a fault, and the others stand.
    typealias Messages = [Result<ISOMessage, MessageFault>]

    /// - Throws: what is wrong with the record as a whole.
    static func read(xml bytes: [UInt8]) throws(MessageFault) -> Messages {
        try read(try XMLScanner.read(try XMLEncoding.decode(bytes)), hasNamespaces: true)
    }

    /// The same tree as JSON objects: a repeated element is an array, an attribute and its element's text are members
    /// (`JSONShapes`). The message is named by its own element, such as `FIToFICstmrCdtTrf`.
    static func read(json bytes: [UInt8]) throws(MessageFault) -> Messages {
        try read(try JSONScanner.tree(bytes), hasNamespaces: false)
    }

    /// - Throws: `unsupportedMessage` where there is no message at all, `duplicateInMessage` where two messages have one
    ///   reference between them.
    private static func read(_ tree: MessageTree, hasNamespaces: Bool) throws(MessageFault) -> Messages {
        let found = MessageFinder.find(tree, hasNamespaces: hasNamespaces)
        guard !found.isEmpty else { throw MessageFault(.unsupportedMessage) }
        let messages = found.map { message in
            Result { () throws(MessageFault) in try ISOReader.read(message, in: tree) }
                .mapError { $0.within(found.count > 1 ? tree.elements[message.element].at : nil) }
        }
        if messages.count > 1 { try distinct(messages) }
        return messages
    }

    /// A payment that is told twice under one reference could be one or two: nobody can say which.
    private static func distinct(_ messages: Messages) throws(MessageFault) {
        var seen = Set<String>()
        for case .success(let message) in messages where message.kind.isTransfer {
            for item in message.items {
                guard let reference = item.reference, !seen.insert(reference).inserted else { continue }
                throw MessageFault(.duplicateInMessage, field: ISOField.reference.rawValue, at: item.at)
            }
        }
    }
}

extension MessageFault {
    /// The fault at its own place, or else where the message begins that it is of.
    fileprivate func within(_ message: Int?) -> MessageFault {
        var fault = self
        fault.at = at ?? message
        return fault
    }
}
