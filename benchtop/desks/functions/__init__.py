"""Lambda: functions, what they are asked, and who may ask."""
