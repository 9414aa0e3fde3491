/** The ids of words that an agent has said. */
export type SaidIds = Readonly<{ message_id: string; parent_tool_use_id?: string; entry_id?: string }>;

/** The sub-agent's thread in which something is told; none for the main one. */
export const threadOf = (parent: string | undefined) => (parent === undefined ? {} : { parent_tool_use_id: parent });

/** The entry of the main conversation in which something is told. Sub-agents have conversations of their own. */
export const entryOf = (uuid: string | undefined, parent: string | undefined) =>
  uuid === undefined || parent !== undefined ? {} : { entry_id: uuid };
